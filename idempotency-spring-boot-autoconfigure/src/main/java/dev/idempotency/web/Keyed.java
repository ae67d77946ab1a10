package dev.idempotency.web;

import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.RecordId;

/**
 * A request to an idempotent operation under a valid key.
 *
 * @param operation the operation
 * @param id the identity of its record
 * @param fingerprint what tells a retry from another request
 * @param start when it began, by {@link System#nanoTime()}
 */
record Keyed(HandlerOperation operation, RecordId id, Fingerprint fingerprint, long start) {
}
