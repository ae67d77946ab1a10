package dev.idempotency.repository;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A record as its repository holds it. All times are of the repository's clock.
 *
 * @param state whether the operation runs, was abandoned or is completed, at the moment
 * of reading
 * @param operation the name of the operation
 * @param token the token of the claim that wrote it last
 * @param fingerprint the fingerprint of the request
 * @param createdAt the time of the first claim
 * @param leaseUntil the end of the lease; of no meaning once completed
 * @param completedAt the time of completion, {@code null} before
 * @param expiresAt the time from which the record no longer counts
 * @param response the outcome, {@code null} before completion
 * @since 0.1.0
 */
public record IdempotencyRecord(State state, String operation, long token, Fingerprint fingerprint, Instant createdAt,
		Instant leaseUntil, @Nullable Instant completedAt, Instant expiresAt, @Nullable RecordedResponse response) {

	/**
	 * The states of a record.
	 */
	public enum State {

		/** Claimed; the lease of the owner runs. */
		IN_FLIGHT,

		/** Claimed; the lease ran out before the owner finished. */
		ABANDONED,

		/** The outcome is recorded. */
		COMPLETED

	}

}
