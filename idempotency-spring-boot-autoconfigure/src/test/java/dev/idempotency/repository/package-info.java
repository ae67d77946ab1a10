/**
 * What every {@link dev.idempotency.repository.IdempotencyRepository} must do, as tests.
 */
@NullMarked
package dev.idempotency.repository;

import org.jspecify.annotations.NullMarked;
