/// Files and services as a source, through Apache Camel: what is read, how, and how often is said
/// in YAML.
@NullMarked
package foz.adapter.camel;

import org.jspecify.annotations.NullMarked;
