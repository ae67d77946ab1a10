package dev.idempotency.engine;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.repository.RecordId;

/**
 * Told of what happens to idempotent operations, on the thread on which it happens. An
 * exception that it throws is logged and changes nothing.
 *
 * @since 0.1.0
 */
public interface IdempotencyListener {

	/**
	 * The operations of the application are known. Told once, before it serves.
	 * @param operations their names
	 */
	default void onOperations(Collection<String> operations) {
	}

	/**
	 * A request to an idempotent operation ended.
	 * @param operation the name of the operation
	 * @param outcome how it ended
	 * @param id the identity of its record, {@code null} if it had no valid key
	 * @param nanos how long it took, in nanoseconds
	 */
	default void onRequest(String operation, Outcome outcome, @Nullable RecordId id, long nanos) {
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
	 * A repository failed. Told in addition to the call.
	 * @param call which call failed
	 * @param failure how it failed
	 */
	default void onRepositoryFailure(RepositoryCall call, RuntimeException failure) {
	}

	/**
	 * Something happened that somebody may have to look at.
	 * @param event what happened
	 */
	default void onEvent(IdempotencyEvent event) {
	}

	/**
	 * Expired records were deleted.
	 * @param count how many
	 */
	default void onPurge(int count) {
	}

}
