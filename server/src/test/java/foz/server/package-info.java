@NullMarked
package foz.server;

import org.jspecify.annotations.NullMarked;
