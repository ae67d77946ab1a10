package dev.idempotency.engine;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import dev.idempotency.engine.Transactions.Transaction;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.TransactionalIdempotencyRepository;

/**
 * Claims and completes within the transactions of operations. A transaction that is of no
 * use any more is rolled back at once, before anything else is asked: a request never
 * needs a second connection.
 */
final class TransactionalClaims {

	/** How long a claim is made again that other calls were in the way of. */
	private static final Duration CONTENTION_PATIENCE = Duration.ofMillis(250);

	private final TransactionalIdempotencyRepository repository;

	private final Transactions transactions;

	private final IdempotencyListener listener;

	TransactionalClaims(TransactionalIdempotencyRepository repository, Transactions transactions,
			IdempotencyListener listener) {
		this.repository = repository;
		this.transactions = transactions;
		this.listener = listener;
	}

	/**
	 * Begins a transaction and claims in it.
	 * @param claim the claim
	 * @param mayJoin whether a transaction that the thread has already may be the one
	 * @return what it met, with the transaction if it was acquired
	 * @throws IdempotencyRepositoryException if the database fails
	 */
	Attempt claim(Claim claim, boolean mayJoin) {
		Patience patience = new Patience(CONTENTION_PATIENCE);
		Attempt attempt;
		do {
			attempt = attempt(claim, mayJoin);
		}
		while (isContended(attempt.result()) && patience.pause());
		return attempt;
	}

	private Attempt attempt(Claim claim, boolean mayJoin) {
		return MeasuredRepository.measure(this.listener, RepositoryCall.CLAIM, () -> begin(claim, mayJoin),
				(begun) -> MeasuredRepository.describe(begun.result()));
	}

	private Attempt begin(Claim claim, boolean mayJoin) {
		Transaction transaction = this.transactions.begin(claim.operation(), mayJoin);
		boolean acquired = false;
		try {
			ClaimResult result = this.repository.claimInTransaction(claim);
			acquired = result instanceof ClaimResult.Acquired;
			return new Attempt(result, acquired ? transaction : null);
		}
		finally {
			if (!acquired) {
				transaction.leave();
			}
		}
	}

	private static boolean isContended(ClaimResult result) {
		return result instanceof ClaimResult.Uncommitted uncommitted && !uncommitted.certain();
	}

	/**
	 * Records the outcome in the transaction of the operation, and ends it.
	 * @param claim the claim
	 * @param transaction the transaction in which it was acquired
	 * @param response the outcome
	 * @return {@code false} if another request was first, and everything is rolled back
	 * @throws IdempotencyRepositoryException if the outcome cannot be written, and
	 * everything is rolled back
	 * @throws RuntimeException if the transaction cannot be committed
	 */
	boolean complete(Claim claim, Transaction transaction, RecordedResponse response) {
		if (transaction.isRollbackOnly()) {
			transaction.commit();
			throw new IllegalStateException("The transaction of operation " + claim.operation()
					+ " was marked to be rolled back, but its transaction manager did not say so");
		}
		boolean completed = false;
		try {
			completed = MeasuredRepository.measure(this.listener, RepositoryCall.COMPLETE,
					() -> this.repository.completeInTransaction(claim, response),
					MeasuredRepository::describeCompletion);
		}
		finally {
			if (!completed) {
				transaction.rollBack();
			}
		}
		if (completed) {
			transaction.commit();
		}
		return completed;
	}

	/**
	 * Returns whether a transaction failed because it cannot be serialized with others.
	 * @param failure the failure of its completion
	 * @return {@code false} if it failed for another reason
	 */
	boolean isSerializationFailure(RuntimeException failure) {
		return this.repository.isSerializationFailure(failure);
	}

	/**
	 * Records the outcome of an operation whose transaction was rolled back.
	 * @param claim the claim
	 * @param response the outcome
	 * @return {@code false} if another request ran or runs meanwhile
	 * @throws RuntimeException if it cannot be recorded
	 */
	boolean completeAlone(Claim claim, RecordedResponse response) {
		Attempt attempt = claim(claim, false);
		return attempt.transaction() != null && complete(claim, attempt.transaction(), response);
	}

	/**
	 * A claim that was made.
	 *
	 * @param result what it met
	 * @param transaction the transaction that holds it if it was acquired
	 */
	record Attempt(ClaimResult result, @Nullable Transaction transaction) {
	}

}
