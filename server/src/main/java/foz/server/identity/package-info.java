/// Users, agents and their tokens.
@NullMarked
package foz.server.identity;

import org.jspecify.annotations.NullMarked;
