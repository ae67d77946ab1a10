/**
 * Records in a relational database.
 */
@NullMarked
package dev.idempotency.repository.jdbc;

import org.jspecify.annotations.NullMarked;
