package dev.idempotency.web;

import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.RecordId;

/**
 * What identifies an operation that runs: the same for each run of the same request.
 *
 * @param name the name of the operation
 * @param id the identity of its record: application, caller and key
 * @param fingerprint what tells the request from another one under the same key
 * @since 0.1.0
 */
public record OperationIdentity(String name, RecordId id, Fingerprint fingerprint) {
}
