package dev.idempotency.client;

import java.io.Serial;
import java.net.URI;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;

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

	/** The method of the request. */
	private final String method;

	/** The URL of the request. */
	private final URI uri;

	/** The last response. */
	private final transient @Nullable Response response;

	UnknownOutcomeException(Call call, int attempts, @Nullable Reply last, Throwable cause) {
		super("It is not known whether " + call + " took effect, after " + times(attempts)
				+ " with the same idempotency key"
				+ ((last != null) ? "; the last response had the status " + last.status().value() : ""), cause);
		this.key = call.key().value();
		this.attempts = attempts;
		this.method = call.method().name();
		this.uri = call.uri();
		this.response = (last != null) ? new Response(last) : null;
	}

	static String times(int attempts) {
		return attempts + ((attempts == 1) ? " attempt" : " attempts");
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

	/**
	 * Returns the method of the request.
	 * @return the method
	 */
	public HttpMethod method() {
		return HttpMethod.valueOf(this.method);
	}

	/**
	 * Returns the URL of the request. The message has it without user and query, which
	 * may be secret.
	 * @return the URL
	 */
	public URI uri() {
		return this.uri;
	}

	/**
	 * Returns the last response that came whole, such as a {@code 503}. It says nothing
	 * of the attempts before, nor for certain of its own.
	 * @return the response, {@code null} if there was none, or this exception was
	 * serialised
	 */
	public @Nullable Response response() {
		return this.response;
	}

	/**
	 * A response that does not say whether the request took effect.
	 */
	public static final class Response {

		private final Reply reply;

		private Response(Reply reply) {
			this.reply = reply;
		}

		/**
		 * Returns the status.
		 * @return the status
		 */
		public HttpStatusCode status() {
			return this.reply.status();
		}

		/**
		 * Returns the headers.
		 * @return the headers
		 */
		public HttpHeaders headers() {
			return this.reply.headers();
		}

		/**
		 * Returns the body.
		 * @return a copy of the bytes, empty if there is none
		 */
		public byte[] body() {
			return this.reply.body().clone();
		}

	}

}
