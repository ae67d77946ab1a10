package dev.idempotency.engine;

import java.time.Duration;

/**
 * The settings by which the engine treats one operation.
 *
 * @param name the name of the operation
 * @param ttl how long a recorded response is replayed, from the first claim on
 * @param lease how long a claim survives a dead owner
 * @param waitTime how long a duplicate of a running request waits for its response
 * @param abandoned what happens to an abandoned claim
 * @param onRepositoryFailure what happens to a request when the repository is down
 * @param problemTypePrefix the start of every problem type
 * @param transactional whether the record commits in the operation's own transaction
 * @param kind what its outcomes are
 * @since 0.1.0
 */
public record Operation(String name, Duration ttl, Duration lease, Duration waitTime, AbandonedPolicy abandoned,
		RepositoryFailurePolicy onRepositoryFailure, String problemTypePrefix, boolean transactional, Kind kind) {

	/**
	 * Creates the settings of an operation whose outcomes are responses.
	 * @param name the name of the operation
	 * @param ttl how long a recorded response is replayed, from the first claim on
	 * @param lease how long a claim survives a dead owner
	 * @param waitTime how long a duplicate of a running request waits for its response
	 * @param abandoned what happens to an abandoned claim
	 * @param onRepositoryFailure what happens to a request when the repository is down
	 * @param problemTypePrefix the start of every problem type
	 * @param transactional whether the record commits in the operation's own transaction
	 */
	public Operation(String name, Duration ttl, Duration lease, Duration waitTime, AbandonedPolicy abandoned,
			RepositoryFailurePolicy onRepositoryFailure, String problemTypePrefix, boolean transactional) {
		this(name, ttl, lease, waitTime, abandoned, onRepositoryFailure, problemTypePrefix, transactional,
				Kind.REQUEST);
	}

	/**
	 * What the outcomes of an operation are.
	 */
	public enum Kind {

		/** The response of a request, with its status. */
		REQUEST,

		/** The result of a call, without status; its transaction may be the caller's. */
		CALL

	}

}
