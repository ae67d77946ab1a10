package dev.idempotency.client;

import java.io.Serial;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Tries a reactive call again, with Reactor. Responses are read as a whole, so that one
 * that is cut short counts as none.
 */
final class ReactiveRetry {

	private final IdempotencyRetrySettings settings;

	private final String replayHeaderName;

	ReactiveRetry(IdempotencyRetrySettings settings, String replayHeaderName) {
		this.settings = settings;
		this.replayHeaderName = replayHeaderName;
	}

	/**
	 * Executes a request until there is an answer, or no hope of one.
	 * @param request sends the request once per subscription
	 * @param key the key of the request
	 * @return the answer
	 */
	Mono<ClientResponse> execute(Mono<ClientResponse> request, PinnedKey key) {
		Attempts attempts = new Attempts(this.settings, key);
		return request.flatMap(this::whole)
			.retryWhen(Retry.from((failures) -> failures.map(Retry.RetrySignal::failure)
				.concatMap((failure) -> attempts.goOnAfter(reason(failure)) ? Mono.delay(attempts.pause())
						: Mono.error(failure))))
			.onErrorResume((failure) -> end(failure, attempts));
	}

	private Mono<ClientResponse> whole(ClientResponse response) {
		return DataBufferUtils.join(response.body(BodyExtractors.toDataBuffers()))
			.map(ReactiveRetry::read)
			.defaultIfEmpty(new byte[0])
			.flatMap((body) -> {
				HttpHeaders headers = response.headers().asHttpHeaders();
				ClientResponse whole = response.mutate()
					.body(Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(body))))
					.build();
				Reply reply = new Reply(response.statusCode(), headers, body);
				return reply.callsForRetry(this.settings, this.replayHeaderName)
						? Mono.error(new RefusedAttempt(reply, whole)) : Mono.just(whole);
			});
	}

	private static byte[] read(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

	private static Throwable reason(Throwable failure) {
		Throwable cause = (failure instanceof WebClientRequestException) ? failure.getCause() : null;
		return (cause != null) ? cause : failure;
	}

	private static Mono<ClientResponse> end(Throwable failure, Attempts attempts) {
		@Nullable UnknownOutcomeException unknown = attempts.unknownOutcome(reason(failure));
		if (unknown != null) {
			return Mono.error(unknown);
		}
		return (failure instanceof RefusedAttempt refused) ? Mono.just(refused.response) : Mono.error(failure);
	}

	/**
	 * An attempt whose response is what the caller gets if there is no further one.
	 */
	private static final class RefusedAttempt extends FailedAttempt {

		@Serial
		private static final long serialVersionUID = 1L;

		private final transient ClientResponse response;

		RefusedAttempt(Reply reply, ClientResponse response) {
			super(reply);
			this.response = response;
		}

	}

}
