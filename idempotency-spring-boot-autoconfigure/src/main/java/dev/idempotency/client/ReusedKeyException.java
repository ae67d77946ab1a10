package dev.idempotency.client;

import java.io.Serial;

/**
 * Stops a request that would have carried the key of an earlier one with another body:
 * within one {@link IdempotencyScope}, a method and a URL stand for one call. Nothing was
 * sent. Either these are two calls, which want a scope each, by
 * {@link IdempotencyScope#named}; or it is a further attempt whose body was made anew and
 * is not the same, such as one with a time stamp, or an {@code InputStream} that is
 * already read.
 *
 * @since 0.1.0
 */
public final class ReusedKeyException extends IllegalStateException {

	@Serial
	private static final long serialVersionUID = 1L;

	ReusedKeyException() {
		super("A request with the same method and URL but another body was already sent in this idempotency scope,"
				+ " so this one was not sent. If it is a further attempt, send the same bytes; if it is another call,"
				+ " give each its own scope: IdempotencyScope.named(\"…\").call(…)");
	}

}
