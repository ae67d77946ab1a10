package dev.idempotency.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.io.UncheckedIOException;

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

	private final IdempotencyRetrySettings settings;

	private final String replayHeaderName;

	BlockingRetry(IdempotencyRetrySettings settings, String replayHeaderName) {
		this.settings = settings;
		this.replayHeaderName = replayHeaderName;
	}

	/**
	 * Executes a request until there is an answer, or no hope of one.
	 * @param request sends the request once
	 * @param key the key of the request
	 * @return the answer
	 * @throws IOException if the server was never reached
	 * @throws UnknownOutcomeException if there is no answer and the server may have been
	 * reached
	 */
	ClientHttpResponse execute(Request request, PinnedKey key) throws IOException {
		Attempts attempts = new Attempts(this.settings, key);
		Retry retry = Retry.of("idempotency",
				RetryConfig.custom()
					.maxAttempts(this.settings.maxAttempts())
					.retryOnException(attempts::goOnAfter)
					.intervalBiFunction((attempt, failure) -> attempts.pause().toMillis())
					.build());
		try {
			return retry.executeCheckedSupplier(() -> attempt(request));
		}
		catch (IOException ex) {
			UnknownOutcomeException unknown = attempts.unknownOutcome(ex);
			if (unknown != null) {
				throw unknown;
			}
			if (ex instanceof RefusedAttempt refused) {
				return refused.response;
			}
			throw ex;
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private ClientHttpResponse attempt(Request request) throws IOException {
		try (ClientHttpResponse response = request.send()) {
			Reply reply = new Reply(response.getStatusCode(), response.getHeaders(), response.getBody().readAllBytes());
			ClientHttpResponse whole = new WholeResponse(reply, response.getStatusText());
			if (reply.callsForRetry(this.settings, this.replayHeaderName)) {
				throw new RefusedAttempt(reply, whole);
			}
			return whole;
		}
		catch (UncheckedIOException ex) {
			throw ex.getCause();
		}
	}

	/**
	 * Sends a request.
	 */
	@FunctionalInterface
	interface Request {

		ClientHttpResponse send() throws IOException;

	}

	/**
	 * An attempt whose response is what the caller gets if there is no further one.
	 */
	private static final class RefusedAttempt extends FailedAttempt {

		@Serial
		private static final long serialVersionUID = 1L;

		private final transient ClientHttpResponse response;

		RefusedAttempt(Reply reply, ClientHttpResponse response) {
			super(reply);
			this.response = response;
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
