package dev.idempotency.autoconfigure;

import java.util.Set;

/**
 * Operations of one kind, to be looked at when the application starts.
 */
interface CheckedOperations {

	/**
	 * Resolves them, so that a mistake does not wait for the first call.
	 * @return their names
	 * @throws IdempotencyConfigurationException if there is a mistake
	 */
	Set<String> check();

}
