package dev.idempotency.method;

import dev.idempotency.engine.Operation;

/**
 * The settings of an operation that is called by method or template.
 *
 * @param operation what applies in the engine
 * @param maxKeyLength the most characters of a key
 * @param maxResultSize the most bytes of a recorded result
 * @since 0.1.0
 */
public record CallSettings(Operation operation, int maxKeyLength, int maxResultSize) {

	/**
	 * Resolves settings.
	 */
	@FunctionalInterface
	public interface Resolver {

		/**
		 * Returns the settings of an operation without annotation.
		 * @param operation the name of the operation
		 * @return the settings
		 * @throws IllegalArgumentException if it is no name
		 */
		CallSettings resolve(String operation);

	}

}
