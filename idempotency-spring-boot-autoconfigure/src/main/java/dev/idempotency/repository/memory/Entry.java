package dev.idempotency.repository.memory;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRecord.State;
import dev.idempotency.repository.RecordedResponse;

/**
 * One version of a record. Immutable and equal only to itself, which is what makes
 * {@code replace(id, old, new)} of a concurrent map a compare-and-set. Times are in
 * milliseconds since the epoch.
 */
final class Entry {

	/** What an entry takes without the content of its response, roughly. */
	static final long SIZE_WITHOUT_CONTENT = 512;

	final long token;

	private final String operation;

	private final Fingerprint fingerprint;

	private final long createdAt;

	private final long leaseUntil;

	private final long expiresAt;

	private final long completedAt;

	private final @Nullable RecordedResponse response;

	private Entry(Claim claim, long createdAt, long leaseUntil, long expiresAt) {
		this.token = claim.token();
		this.operation = claim.operation();
		this.fingerprint = claim.fingerprint();
		this.createdAt = createdAt;
		this.leaseUntil = leaseUntil;
		this.expiresAt = expiresAt;
		this.completedAt = 0;
		this.response = null;
	}

	private Entry(Entry before, long leaseUntil, long completedAt, @Nullable RecordedResponse response) {
		this.token = before.token;
		this.operation = before.operation;
		this.fingerprint = before.fingerprint;
		this.createdAt = before.createdAt;
		this.leaseUntil = leaseUntil;
		this.expiresAt = before.expiresAt;
		this.completedAt = completedAt;
		this.response = response;
	}

	static Entry of(Claim claim, long now) {
		return new Entry(claim, now, now + claim.lease().toMillis(), now + claim.ttl().toMillis());
	}

	Entry takenOver(Claim claim, long now) {
		return new Entry(claim, this.createdAt, now + claim.lease().toMillis(), this.expiresAt);
	}

	Entry renewed(long leaseUntil) {
		return new Entry(this, leaseUntil, 0, null);
	}

	Entry completed(RecordedResponse response, long now) {
		return new Entry(this, this.leaseUntil, now, response);
	}

	boolean isCompleted() {
		return this.response != null;
	}

	/** How many bytes it takes, roughly. */
	long size() {
		byte @Nullable [] content = (this.response != null) ? this.response.content() : null;
		return SIZE_WITHOUT_CONTENT + ((content != null) ? content.length : 0);
	}

	private boolean isLeased(long now) {
		return !isCompleted() && this.leaseUntil > now;
	}

	boolean isGone(long now) {
		return this.expiresAt <= now && !isLeased(now);
	}

	boolean isAbandonedBy(@Nullable Long token, long now) {
		return token != null && token == this.token && state(now) == State.ABANDONED;
	}

	private State state(long now) {
		if (isCompleted()) {
			return State.COMPLETED;
		}
		return isLeased(now) ? State.IN_FLIGHT : State.ABANDONED;
	}

	IdempotencyRecord toRecord(long now) {
		return new IdempotencyRecord(state(now), this.operation, this.token, this.fingerprint,
				Instant.ofEpochMilli(this.createdAt), Instant.ofEpochMilli(this.leaseUntil),
				isCompleted() ? Instant.ofEpochMilli(this.completedAt) : null, Instant.ofEpochMilli(this.expiresAt),
				this.response);
	}

}
