package dev.idempotency.engine;

/**
 * Told of what happens to idempotent operations, on the thread on which it happens. An
 * exception that it throws is logged and changes nothing.
 *
 * @since 0.1.0
 */
public interface IdempotencyListener {

	/**
	 * A request to an idempotent operation ended.
	 * @param operation the name of the operation
	 * @param outcome how it ended
	 * @param nanos how long it took, in nanoseconds
	 */
	default void onRequest(String operation, Outcome outcome, long nanos) {
	}

	/**
	 * A repository was called.
	 * @param call which call
	 * @param result what it gave, in lower case with hyphens; {@code error} if it failed
	 * @param nanos how long it took, in nanoseconds
	 */
	default void onRepositoryCall(RepositoryCall call, String result, long nanos) {
	}

	/**
	 * An owner finished after its claim had been taken over or deleted.
	 * @param operation the name of the operation
	 */
	default void onLeaseLost(String operation) {
	}

	/**
	 * A dead owner's claim was taken over.
	 * @param operation the name of the operation
	 */
	default void onLeaseAbandoned(String operation) {
	}

	/**
	 * Expired records were deleted.
	 * @param count how many
	 */
	default void onPurge(int count) {
	}

}
