/// MariaDB and MySQL as a source.
@NullMarked
package foz.agent.mariadb;

import org.jspecify.annotations.NullMarked;
