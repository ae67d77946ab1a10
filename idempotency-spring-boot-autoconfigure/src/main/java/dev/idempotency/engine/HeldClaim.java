package dev.idempotency.engine;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import dev.idempotency.engine.Transactions.Transaction;
import dev.idempotency.repository.Claim;
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

	private final Claim claim;

	private final Fingerprint fingerprint;

	/** Open, and of the thread that made the claim. */
	private @Nullable Transaction transaction;

	/** When the claim was sent, by {@link System#nanoTime()}. */
	private final long begun;

	private volatile long renewedAt;

	private volatile boolean completing;

	private volatile boolean late;

	HeldClaim(Operation operation, Claim claim, Fingerprint fingerprint, @Nullable Transaction transaction,
			long begun) {
		this.operation = operation;
		this.claim = claim;
		this.fingerprint = fingerprint;
		this.transaction = transaction;
		this.begun = begun;
		this.renewedAt = begun;
	}

	/**
	 * Returns the operation that runs under the claim.
	 * @return its settings
	 */
	public Operation operation() {
		return this.operation;
	}

	Claim claim() {
		return this.claim;
	}

	/**
	 * Returns the record that is claimed.
	 * @return its identity
	 */
	public RecordId id() {
		return this.claim.id();
	}

	long token() {
		return this.claim.token();
	}

	/**
	 * Returns what tells a retry from another request.
	 * @return the fingerprint as the request gave it, not encrypted
	 */
	public Fingerprint fingerprint() {
		return this.fingerprint;
	}

	/**
	 * Returns whether the claim is held by a transaction that is still open.
	 * @return {@code false} if it is held by a lease, or its transaction has ended
	 */
	public boolean isInTransaction() {
		return this.transaction != null;
	}

	/**
	 * Takes the transaction away from the claim, for it to be ended.
	 * @return the transaction, or {@code null} if there is none (any more)
	 */
	@Nullable Transaction takeTransaction() {
		Transaction taken = this.transaction;
		this.transaction = null;
		return taken;
	}

	Duration age() {
		return Duration.ofNanos(System.nanoTime() - this.begun);
	}

	boolean isDue(long now) {
		return !this.operation.transactional()
				&& (this.late || now - this.renewedAt >= this.operation.lease().toNanos() / 3);
	}

	/** From now on it is renewed in each turn, which tells that the repository works. */
	void becomeLate() {
		this.late = true;
	}

	long renewedAt() {
		return this.renewedAt;
	}

	void renewedAt(long now) {
		this.renewedAt = now;
	}

	/** From now on its outcome is being recorded. */
	void startCompleting() {
		this.completing = true;
	}

	boolean isCompleting() {
		return this.completing;
	}

	Lease lease() {
		return new Lease(id(), token(), this.operation.lease());
	}

}
