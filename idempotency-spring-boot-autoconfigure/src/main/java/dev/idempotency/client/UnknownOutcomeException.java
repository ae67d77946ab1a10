package dev.idempotency.client;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyKey;

/**
 * Ends a call of which it is not known whether it took effect: an attempt may have
 * reached the server, and none brought an answer. The same request with the same
 * {@linkplain #key() key} finds out, as long as the server remembers the key; with a new
 * key it may take effect twice.
 *
 * @since 0.1.0
 */
public final class UnknownOutcomeException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	/** The key of the call. */
	private final String key;

	/** How often the request was sent, or tried to be sent. */
	private final int attempts;

	UnknownOutcomeException(String key, int attempts, @Nullable Throwable cause) {
		super("It is not known whether the request took effect, after " + attempts
				+ ((attempts == 1) ? " attempt" : " attempts") + " with the same idempotency key", cause);
		this.key = key;
		this.attempts = attempts;
	}

	/**
	 * Returns the key of the call, to be kept with what is known of it.
	 * @return the key, without quotes
	 */
	public String key() {
		return this.key;
	}

	/**
	 * Returns the key of the call as {@link IdempotencyScope#of} takes it.
	 * @return the key
	 */
	public IdempotencyKey idempotencyKey() {
		return new IdempotencyKey(this.key);
	}

	/**
	 * Returns how often the request was sent, or tried to be sent.
	 * @return the number of attempts
	 */
	public int attempts() {
		return this.attempts;
	}

}
