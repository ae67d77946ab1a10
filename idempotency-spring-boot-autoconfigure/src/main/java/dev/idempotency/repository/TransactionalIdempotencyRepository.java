package dev.idempotency.repository;

import java.util.Optional;

/**
 * A repository whose claims and records can be part of the transaction in which the
 * operation itself does its work, so that both commit together or not at all.
 * <p>
 * Such a claim needs no lease: it ends with its transaction, also when the owner dies.
 * Until then it is visible to nobody, but holds every other claim of the record back. All
 * methods work on the transaction of the calling thread, and leave its settings as they
 * are.
 *
 * @since 0.1.0
 */
public interface TransactionalIdempotencyRepository extends IdempotencyRepository {

	/**
	 * Returns why the store cannot do this, in which case none of the other methods may
	 * be called.
	 * @return the reason, as the end of a sentence; empty if it can
	 */
	Optional<String> obstacleToTransactions();

	/**
	 * Returns whether the thread has a transaction of which calls would be part.
	 * @return {@code false} if there is no transaction, or one of another store only
	 */
	boolean isInTransaction();

	/**
	 * Claims a record within the transaction, or answers with what is there, without
	 * waiting for other transactions. Unless the claim is acquired, the transaction must
	 * be rolled back.
	 * @param claim the claim
	 * @return whether the claim was acquired, or what is in its way
	 */
	ClaimResult claimInTransaction(Claim claim);

	/**
	 * Records the outcome of a claim within the transaction that acquired it.
	 * @param claim the claim
	 * @param response the outcome
	 * @return {@code false} if another request has recorded its outcome meanwhile; the
	 * transaction must then be rolled back
	 * @throws RuntimeException if the transaction cannot be serialized with others, for
	 * which {@link #isSerializationFailure} tells
	 */
	boolean completeInTransaction(Claim claim, RecordedResponse response);

	/**
	 * Returns whether a transaction failed, at whatever moment, because it cannot be
	 * serialized with others. What it did may be the reason, and not its claim.
	 * @param failure the failure
	 * @return {@code false} if it failed for another reason
	 */
	boolean isSerializationFailure(Throwable failure);

}
