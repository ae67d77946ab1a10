package dev.idempotency.autoconfigure;

import java.util.function.Supplier;

import dev.idempotency.repository.IdempotencyRepository;

/**
 * A repository that could be built from what the application has.
 *
 * @param type which repository
 * @param factory builds it
 */
record RepositoryCandidate(RepositoryType type, Supplier<IdempotencyRepository> factory) {
}
