/**
 * Records in the memory of one process.
 */
@NullMarked
package dev.idempotency.repository.memory;

import org.jspecify.annotations.NullMarked;
