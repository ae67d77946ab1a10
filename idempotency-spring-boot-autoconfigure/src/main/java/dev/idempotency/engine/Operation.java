package dev.idempotency.engine;

import java.time.Duration;

/**
 * The settings by which the engine treats one operation.
 *
 * @param name the name of the operation
 * @param ttl how long a recorded response is replayed, from the first claim on
 * @param lease how long a claim survives a dead owner
 * @param waitTime how long a duplicate of a running request waits for its response
 * @param abandoned what becomes of an abandoned claim
 * @param onRepositoryFailure what becomes of a request when the repository is down
 * @param problemTypePrefix the start of every problem type
 * @param transactional whether the record commits in the operation's own transaction
 * @since 0.1.0
 */
public record Operation(String name, Duration ttl, Duration lease, Duration waitTime, AbandonedPolicy abandoned,
		RepositoryFailurePolicy onRepositoryFailure, String problemTypePrefix, boolean transactional) {
}
