package dev.idempotency.web;

import org.jspecify.annotations.Nullable;

/**
 * What an application can decide about its requests in its own way.
 *
 * @param scope tells whose key a request brings
 * @param key tells the key, {@code null} to read it from the configured header
 * @param fingerprint tells a retry from another request
 * @param replay tells which outcomes are recorded
 * @since 0.1.0
 */
public record IdempotencyStrategies(IdempotencyScopeResolver scope, @Nullable IdempotencyKeyResolver key,
		IdempotencyFingerprintResolver fingerprint, IdempotencyReplayPolicy replay) {
}
