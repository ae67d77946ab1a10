package dev.idempotency.client;

import java.io.Serial;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.ClientResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;
import reactor.util.retry.Retry;

import dev.idempotency.client.IdempotencyClientListener.Outcome;

/**
 * The attempts of a reactive call. If there may be several, it tries again with Reactor,
 * and responses are read as a whole, so that one that is cut short counts as none.
 *
 * @param exchange sends the request once per subscription
 * @param attempts decides
 * @param marks marks the headers of responses
 */
record ReactiveAttempts(ReactiveExchange exchange, Attempts attempts, Consumer<HttpHeaders> marks) {

	/** Executes the request until there is an answer, or no hope of one. */
	Mono<ClientResponse> trySeveralTimes() {
		return untilDeadline(
				this.exchange.send()
					.flatMap(this::whole)
					.retryWhen(Retry
						.from((failures) -> Flux.deferContextual((context) -> failures.map(Retry.RetrySignal::failure)
							.concatMap((failure) -> (isLost(failure) && goOnAfter(failure, context))
									? Mono.delay(this.attempts.pause()) : Mono.error(failure))))))
			.doOnNext((response) -> answered(response, true))
			.onErrorResume(this::end)
			.doOnCancel(this.attempts::abandoned);
	}

	/** Within the observation that WebClient made of the call. */
	private boolean goOnAfter(Throwable failure, ContextView context) {
		Observation observation = context.getOrDefault(ObservationThreadLocalAccessor.KEY, Observation.NOOP);
		return observation.scoped(() -> this.attempts.goOnAfter(failure));
	}

	private Mono<ClientResponse> untilDeadline(Mono<ClientResponse> call) {
		@Nullable Duration deadline = this.attempts.deadline();
		return (deadline != null) ? call.timeout(deadline, Mono.error(() -> {
			TimeoutException late = new TimeoutException("The call took longer than " + deadline);
			this.attempts.goOnAfter(late);
			return late;
		})) : call;
	}

	/** Executes the request once, and delivers the response while it comes. */
	Mono<ClientResponse> tryOnce() {
		return this.exchange.send()
			.map((response) -> ReactiveExchange.copy(response, this.marks, this::streamed))
			.doOnError(this::isLost, this.attempts::goOnAfter)
			.onErrorResume(this::end);
	}

	private Flux<DataBuffer> streamed(ClientResponse response) {
		return this.exchange.bodyOf(response).onErrorMap((failure) -> {
			this.attempts.goOnAfter(failure);
			@Nullable UnknownOutcomeException unknown = this.attempts.unknownOutcome(failure);
			return (unknown != null) ? unknown : failure;
		}).doOnComplete(() -> answered(response, true)).doOnCancel(() -> answered(response, true));
	}

	private Mono<ClientResponse> whole(ClientResponse response) {
		return DataBufferUtils.join(this.exchange.bodyOf(response))
			.map(ReactiveAttempts::read)
			.defaultIfEmpty(new byte[0])
			.flatMap((body) -> {
				Reply reply = new Reply(response.statusCode(), response.headers().asHttpHeaders(), body);
				ClientResponse whole = ReactiveExchange.copy(response, this.marks,
						(original) -> Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(body))));
				return this.attempts.callsForRetry(reply) ? Mono.error(new RefusedAttempt(reply, whole))
						: Mono.just(whole);
			});
	}

	private static byte[] read(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

	private boolean isLost(Throwable failure) {
		return this.exchange.isLost(failure);
	}

	private void answered(ClientResponse response, boolean further) {
		this.attempts.answered(response.statusCode().value(), response.headers().asHttpHeaders(), further);
	}

	private Mono<ClientResponse> end(Throwable failure) {
		if (!isLost(failure)) {
			this.attempts.end(Outcome.FAILED);
			return Mono.error(failure);
		}
		@Nullable UnknownOutcomeException unknown = this.attempts.unknownOutcome(failure);
		if (unknown != null) {
			return Mono.error(unknown);
		}
		if (failure instanceof RefusedAttempt refused) {
			answered(refused.response, false);
			return Mono.just(refused.response);
		}
		this.attempts.end(Outcome.NOT_SENT);
		return Mono.error(failure);
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
