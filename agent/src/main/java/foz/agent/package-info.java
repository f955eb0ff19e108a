/// The agent: captures a legacy system's changes and applies commands to it, dialling out only.
@NullMarked
package foz.agent;

import org.jspecify.annotations.NullMarked;
