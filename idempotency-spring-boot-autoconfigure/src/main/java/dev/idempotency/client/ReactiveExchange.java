package dev.idempotency.client;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One attempt of a reactive call, with the redirections that it may follow.
 *
 * @param request the request
 * @param body the body of the request
 * @param next what sends it
 */
record ReactiveExchange(ClientRequest request, RepeatableBody body, ExchangeFunction next) {

	/**
	 * Sends the request, once per subscription.
	 * @return the response, whose head is sound; an {@link IOException} or
	 * {@link WebClientRequestException} if there is none
	 */
	Mono<ClientResponse> send() {
		return Mono.defer(() -> send(this.request, Redirect.LIMIT));
	}

	private Mono<ClientResponse> send(ClientRequest hop, int hops) {
		return this.next.exchange(hop).flatMap((response) -> {
			URI target = Redirect.target(hop.url(), response.statusCode().value(), response.headers().asHttpHeaders());
			return (target != null && hops > 0)
					? response.releaseBody()
						.then(Mono.defer(() -> send(ClientRequest.from(hop).url(target).build(), hops - 1)))
					: Mono.just(response);
		});
	}

	/**
	 * Returns whether an exception comes from the exchange with the server, and not from
	 * somebody else on the way to it, such as a filter, or from the source of the body.
	 * @param failure the exception
	 */
	boolean isLost(Throwable failure) {
		return (failure instanceof WebClientRequestException && this.body.isHandedOver())
				|| Failures.find(failure,
						(cause) -> cause instanceof IOException || cause instanceof TimeoutException) != null
				|| Failures.isBeforeSending(failure);
	}

	/**
	 * Returns the body of a response, which fails with an {@link IOException} if it is
	 * not whole.
	 * @param response the response
	 */
	Flux<DataBuffer> bodyOf(ClientResponse response) {
		AtomicLong position = new AtomicLong();
		return response.body(BodyExtractors.toDataBuffers())
			.doOnNext((buffer) -> position.addAndGet(buffer.readableByteCount()))
			.concatWith(Mono.defer(() -> end(response, position.get())))
			.onErrorMap(Exception.class, CheckedBody::asIoException);
	}

	private Mono<DataBuffer> end(ClientResponse response, long position) {
		try {
			CheckedBody.checkEnd(CheckedBody.length(this.request.method(), response.statusCode(),
					response.headers().asHttpHeaders()), position);
			return Mono.empty();
		}
		catch (IOException ex) {
			return Mono.error(ex);
		}
	}

	/**
	 * Returns a response with another body. The headers of some libraries cannot be
	 * changed, and the body of the original may be read already.
	 * @param response the response
	 * @param headers changes the headers
	 * @param body gives the body
	 */
	static ClientResponse copy(ClientResponse response, Consumer<HttpHeaders> headers,
			Function<ClientResponse, Flux<DataBuffer>> body) {
		return ClientResponse.create(response.statusCode(), response.strategies())
			.request(response.request())
			.headers((copy) -> response.headers().asHttpHeaders().forEach(copy::addAll))
			.headers(headers)
			.cookies((copy) -> copy.addAll(response.cookies()))
			.body(body.apply(response))
			.build();
	}

}
