package dev.idempotency.method;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.engine.RunningOperation.Entered;

/**
 * Lets the client send the key of a step by itself.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface StepKeys {

	/**
	 * Makes a key that of the call that this thread makes.
	 * @param key the key
	 * @return what ends that
	 */
	Entered enter(IdempotencyKey key);

}
