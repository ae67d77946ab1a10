package dev.idempotency.repository;

import java.time.Duration;

/**
 * A claim to keep alive.
 *
 * @param id the claimed record
 * @param token the token of the claim
 * @param duration the new length of the lease, from now on
 * @since 0.1.0
 */
public record Lease(RecordId id, long token, Duration duration) {
}
