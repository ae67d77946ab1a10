package dev.idempotency.client;

import java.io.Serial;

/**
 * Stops a request that would have carried the key of an earlier one in its
 * {@link IdempotencyScope} although it is not the same. Nothing was sent. Either these
 * are two calls, which want a key each, by {@link IdempotencyScope#named} or
 * {@link IdempotencyScope#derivedFrom}; or it is a further attempt that was made anew and
 * is not the same, such as one with a time stamp, or an {@code InputStream} that is
 * already read.
 *
 * @since 0.1.0
 */
public final class ReusedKeyException extends IllegalStateException {

	@Serial
	private static final long serialVersionUID = 1L;

	private ReusedKeyException(String message) {
		super(message);
	}

	static ReusedKeyException otherBody() {
		return new ReusedKeyException("A request with the same method and URL but another body was already sent in this"
				+ " idempotency scope, so this one was not sent. If it is a further attempt, send the same bytes; if it"
				+ " is another call, give each its own scope: IdempotencyScope.named(\"…\").call(…)");
	}

	/**
	 * Returns the exception for a second call under a key for one.
	 * @param call the call
	 * @param first the one that has the key
	 * @return the exception
	 */
	static ReusedKeyException otherCall(String call, String first) {
		return new ReusedKeyException("The key of this idempotency scope is for one call, and '" + withoutQuery(first)
				+ "' has it, so '" + withoutQuery(call) + "' was not sent. Give each call its own scope,"
				+ " IdempotencyScope.named(\"…\").call(…), or make all of them in one that derives their keys,"
				+ " IdempotencyScope.derivedFrom(key).call(…)");
	}

	/** What stands in a query may be a secret. */
	private static String withoutQuery(String call) {
		int query = call.indexOf('?');
		return (query != -1) ? call.substring(0, query) + "?…" : call;
	}

}
