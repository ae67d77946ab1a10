package dev.idempotency.web;

import org.jspecify.annotations.Nullable;
import org.springframework.expression.Expression;

import dev.idempotency.engine.Operation;

/**
 * Everything about the operation of one handler method, resolved once.
 *
 * @param operation the engine's settings
 * @param required whether a request without a key is refused
 * @param keyParser reads the key
 * @param replayStatuses the statuses to record
 * @param storableHeaders the headers to record
 * @param replayHeaderName the name of the header that marks replays
 * @param maxRequestSize the largest request body, in bytes
 * @param maxResponseSize the largest recorded response body, in bytes
 * @param canonicalJson whether JSON bodies are compared in canonical form
 * @param unless when not to record a response, {@code null} for never
 * @since 0.1.0
 */
public record HandlerOperation(Operation operation, boolean required, KeyParser keyParser,
		ReplayStatuses replayStatuses, StorableHeaders storableHeaders, String replayHeaderName, int maxRequestSize,
		int maxResponseSize, boolean canonicalJson, @Nullable Expression unless) {
}
