/// Takes the apps' writes to the legacy system and brings its verdict back.
@NullMarked
package foz.server.command;

import org.jspecify.annotations.NullMarked;
