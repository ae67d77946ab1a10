package dev.idempotency.repository.redis;

import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;

/**
 * A claim as one plain command, {@code SET key value NX GET PX}, for servers that have it
 * (Redis 7, Valkey). It costs them a quarter of the script and tells new keys and
 * completed records; all else, which needs the server's clock, the script has to tell.
 */
final class PlainClaim {

	/** How long Redis keeps a key at least. */
	private static final Duration SHORTEST = Duration.ofMillis(1);

	private final Claim claim;

	private final byte[] key;

	PlainClaim(Claim claim, byte[] key) {
		this.claim = claim;
		this.key = key;
	}

	byte[] key() {
		return this.key;
	}

	byte[] value() {
		return RecordFormat.undated(this.claim);
	}

	Duration timeToLive() {
		return timeToLive(this.claim);
	}

	/**
	 * Returns how long the key of a claim lives, from which scripts conclude when it
	 * began.
	 * @param claim the claim
	 * @return the longer of lease and ttl
	 */
	static Duration timeToLive(Claim claim) {
		Duration longer = (claim.lease().compareTo(claim.ttl()) > 0) ? claim.lease() : claim.ttl();
		return (longer.compareTo(SHORTEST) > 0) ? longer : SHORTEST;
	}

	/**
	 * Reads the answer of the command.
	 * @param found what was there, or {@code null} if nothing was
	 * @return the result, or nothing if only the script can tell
	 */
	Optional<ClaimResult> result(byte @Nullable [] found) {
		// A driver sends a command again whose connection broke before the answer
		if (found == null || RecordFormat.isInFlight(found, this.claim.token())) {
			return Optional.of(new ClaimResult.Acquired());
		}
		// The key of a completed record ends with its ttl
		if (RecordFormat.isCompleted(found)) {
			return Optional.of(new ClaimResult.Existing(RecordFormat.readClaimed(found)));
		}
		return Optional.empty();
	}

}
