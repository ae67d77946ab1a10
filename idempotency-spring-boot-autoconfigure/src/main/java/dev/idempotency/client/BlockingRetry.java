package dev.idempotency.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Tries a blocking call again, with Resilience4j. Responses are read as a whole, so that
 * one that is cut short counts as none.
 */
final class BlockingRetry {

	private final BlockingExchange exchange;

	private final Attempts attempts;

	BlockingRetry(BlockingExchange exchange, Attempts attempts) {
		this.exchange = exchange;
		this.attempts = attempts;
	}

	/**
	 * Executes the request until there is an answer, or no hope of one.
	 * @return the answer
	 * @throws RefusedAttempt if the last answer calls for another attempt
	 * @throws IOException if there is none
	 */
	ClientHttpResponse execute() throws IOException {
		Retry retry = Retry.of("idempotency",
				RetryConfig.custom()
					.maxAttempts(Integer.MAX_VALUE)
					.retryOnException((failure) -> failure instanceof IOException && this.attempts.goOnAfter(failure))
					.intervalBiFunction((attempt, failure) -> this.attempts.pause().toMillis())
					.build());
		try {
			return retry.executeCheckedSupplier(this::attempt);
		}
		catch (IOException | RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private ClientHttpResponse attempt() throws IOException {
		try (WholeBody body = new WholeBody(this.exchange.send(), this.attempts)) {
			ClientHttpResponse response = body.response();
			Reply reply = new Reply(response.getStatusCode(), response.getHeaders(),
					body.read(this.exchange.lengthOf(response)));
			ClientHttpResponse whole = new WholeResponse(reply, response.getStatusText());
			if (this.attempts.callsForRetry(reply)) {
				throw new RefusedAttempt(reply, whole);
			}
			return whole;
		}
	}

	/**
	 * An attempt whose response is what the caller gets if there is no further one.
	 */
	static final class RefusedAttempt extends FailedAttempt {

		@Serial
		private static final long serialVersionUID = 1L;

		private final transient ClientHttpResponse response;

		RefusedAttempt(Reply reply, ClientHttpResponse response) {
			super(reply);
			this.response = response;
		}

		ClientHttpResponse response() {
			return this.response;
		}

	}

	/**
	 * A response in memory.
	 *
	 * @param reply what it consists of
	 * @param statusText the reason phrase
	 */
	private record WholeResponse(Reply reply, String statusText) implements ClientHttpResponse {

		@Override
		public HttpStatusCode getStatusCode() {
			return this.reply.status();
		}

		@Override
		public String getStatusText() {
			return this.statusText;
		}

		@Override
		public HttpHeaders getHeaders() {
			return this.reply.headers();
		}

		@Override
		public InputStream getBody() {
			return new ByteArrayInputStream(this.reply.body());
		}

		@Override
		public void close() {
			// Nothing is open
		}

	}

}
