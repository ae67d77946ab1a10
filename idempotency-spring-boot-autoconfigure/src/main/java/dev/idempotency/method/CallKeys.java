package dev.idempotency.method;

import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotencyKeyMalformedException;
import dev.idempotency.IdempotencyKeyMissingException;

/**
 * Checks the keys that calls give.
 */
final class CallKeys {

	private CallKeys() {
	}

	/**
	 * Returns the key that a value is.
	 * @param settings what applies
	 * @param value the value
	 * @return the key
	 * @throws IdempotencyKeyMissingException if it is {@code null} or blank
	 * @throws IdempotencyKeyMalformedException if it is no key
	 */
	static IdempotencyKey of(CallSettings settings, @Nullable Object value) {
		if (value instanceof IdempotencyKey key) {
			return key;
		}
		String operation = settings.operation().name();
		String prefix = settings.operation().problemTypePrefix();
		if (isMissing(value)) {
			throw IdempotencyKeyMissingException.ofCall(prefix, operation, null);
		}
		String key = String.valueOf(value);
		if (key.length() > settings.maxKeyLength()) {
			throw IdempotencyKeyMalformedException.ofCall(prefix, operation, "it is longer than "
					+ settings.maxKeyLength() + " characters. Give a shorter one, or raise 'key.max-length'.");
		}
		if (!key.chars().allMatch((character) -> IdempotencyKey.isAllowed((char) character))) {
			throw IdempotencyKeyMalformedException.ofCall(prefix, operation,
					"it has a character other than those of ASCII from the space to ~. Encode it, or digest it.");
		}
		return new IdempotencyKey(key);
	}

	/**
	 * Returns whether a value is no key at all.
	 */
	static boolean isMissing(@Nullable Object value) {
		return value == null || (!(value instanceof IdempotencyKey) && String.valueOf(value).isBlank());
	}

}
