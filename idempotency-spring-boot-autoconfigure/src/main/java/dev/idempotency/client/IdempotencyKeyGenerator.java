package dev.idempotency.client;

import java.util.UUID;

import dev.idempotency.IdempotencyKey;

/**
 * Makes the key of a new logical operation. A bean of this type replaces the default,
 * which is a random UUID (version 4).
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IdempotencyKeyGenerator {

	/**
	 * Returns a key that was never used before, by anybody, and that nobody can guess.
	 * Called by any number of threads at a time.
	 * @return the key
	 */
	IdempotencyKey generate();

	/**
	 * Returns the default generator.
	 * @return a generator of random UUIDs
	 */
	static IdempotencyKeyGenerator randomUuid() {
		return () -> new IdempotencyKey(UUID.randomUUID().toString());
	}

}
