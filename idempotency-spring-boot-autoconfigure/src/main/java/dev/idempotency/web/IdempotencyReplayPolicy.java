package dev.idempotency.web;

import org.jspecify.annotations.Nullable;

/**
 * Tells whether the outcome of an operation is recorded, so that retries get it, or the
 * key is freed, so that the next retry runs.
 * <p>
 * A bean of this type replaces the default, which goes by
 * {@code idempotency.replay.statuses} and {@code unless}. What the handler method did not
 * answer itself is never recorded, whatever the policy says.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IdempotencyReplayPolicy {

	/**
	 * Returns whether to record an outcome.
	 * @param operation the settings of the operation
	 * @param status the status of the response
	 * @param result the body object that the handler returned, {@code null} if it
	 * returned none or failed
	 * @return {@code false} to free the key
	 */
	boolean isRecordable(HandlerOperation operation, int status, @Nullable Object result);

}
