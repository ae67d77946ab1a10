package dev.idempotency.repository;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A request's bid to be the one that runs.
 *
 * @param id the record to claim
 * @param token the fencing token: unique to this claim, and the proof of ownership in
 * every later write
 * @param operation the name of the operation, for the operator
 * @param fingerprint what tells this request from others under the same key
 * @param lease how long the claim survives a dead owner
 * @param ttl how long the record is kept from the first claim on
 * @param abandonedToken the token of an abandoned claim that this one may take over, or
 * {@code null} to leave abandoned claims alone
 * @since 0.1.0
 */
public record Claim(RecordId id, long token, String operation, Fingerprint fingerprint, Duration lease, Duration ttl,
		@Nullable Long abandonedToken) {

	/**
	 * Returns the same bid, allowed to take over the given abandoned claim.
	 * @param abandoned the record as the repository returned it
	 * @return the bid to make
	 */
	public Claim takingOver(IdempotencyRecord abandoned) {
		return new Claim(this.id, this.token, this.operation, this.fingerprint, this.lease, this.ttl,
				abandoned.token());
	}

}
