package dev.idempotency.engine;

import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.RecordId;

/**
 * A claim that this process holds, from its acquisition to its completion or release.
 *
 * @since 0.1.0
 */
public final class HeldClaim {

	private final Operation operation;

	private final RecordId id;

	private final long token;

	private final Fingerprint fingerprint;

	private volatile long renewedAt;

	HeldClaim(Operation operation, RecordId id, long token, Fingerprint fingerprint) {
		this.operation = operation;
		this.id = id;
		this.token = token;
		this.fingerprint = fingerprint;
		this.renewedAt = System.nanoTime();
	}

	Operation operation() {
		return this.operation;
	}

	RecordId id() {
		return this.id;
	}

	long token() {
		return this.token;
	}

	Fingerprint fingerprint() {
		return this.fingerprint;
	}

	boolean isDue(long now) {
		return now - this.renewedAt >= this.operation.lease().toNanos() / 3;
	}

	void renewedAt(long now) {
		this.renewedAt = now;
	}

	Lease lease() {
		return new Lease(this.id, this.token, this.operation.lease());
	}

}
