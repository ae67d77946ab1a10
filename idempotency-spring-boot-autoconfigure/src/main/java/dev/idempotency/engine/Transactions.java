package dev.idempotency.engine;

import dev.idempotency.repository.IdempotencyRepositoryException;

/**
 * Begins the database transactions in which transactional operations run, on the thread
 * of the request.
 *
 * @since 0.1.0
 */
public interface Transactions {

	/**
	 * Begins a transaction on the calling thread, which it has to end.
	 * @param operation the name of the operation
	 * @param mayJoin whether to take part in the transaction that the thread has already,
	 * if it has one
	 * @return the transaction
	 * @throws IdempotencyRepositoryException if the database does not let it begin
	 */
	Transaction begin(String operation, boolean mayJoin);

	/**
	 * A transaction that was begun, or joined. One that was joined is its caller's to
	 * end: committing leaves it as it is, and rolling back marks it.
	 */
	interface Transaction {

		/**
		 * Returns whether the transaction is the caller's.
		 * @return {@code false} if it was begun here
		 */
		default boolean isJoined() {
			return false;
		}

		/**
		 * Returns whether somebody who took part in it wants it to be rolled back.
		 * @return whether {@link #commit} would fail for that
		 */
		boolean isRollbackOnly();

		/**
		 * Commits, and ends the transaction in any case.
		 * @throws RuntimeException if it was rolled back instead, or nobody knows
		 */
		void commit();

		/**
		 * Rolls back, and ends the transaction in any case.
		 */
		void rollBack();

		/**
		 * Ends the transaction, in which nothing has been done.
		 */
		default void leave() {
			rollBack();
		}

	}

}
