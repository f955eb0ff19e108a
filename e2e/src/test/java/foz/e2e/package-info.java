/// End-to-end tests: real roles of Foz and real devices.
@NullMarked
package foz.e2e;

import org.jspecify.annotations.NullMarked;
