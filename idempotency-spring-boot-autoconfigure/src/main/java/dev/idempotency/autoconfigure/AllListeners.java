package dev.idempotency.autoconfigure;

import dev.idempotency.engine.IdempotencyListener;

/**
 * The log, the application's events and all other listeners, as one. Not a listener
 * itself, or it would be one of them.
 *
 * @param asOne tells all of them
 */
record AllListeners(IdempotencyListener asOne) {
}
