package dev.idempotency.client;

import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Gives the requests of a {@code WebClient} their keys, and with them the requests of
 * HTTP interfaces on top. Never overwrites a key that is already there. Added by
 * {@code builder.apply(filter::customize)}, a request keeps its key when it is subscribed
 * to again, as {@code retryWhen} does.
 *
 * @since 0.1.0
 */
public final class IdempotencyKeyFilter implements ExchangeFilterFunction {

	/** Request attribute that outlives an attempt. */
	private static final String FIRST_KEY = IdempotencyKeyFilter.class.getName() + ".FIRST_KEY";

	private final IdempotencyClientSettings settings;

	private final RequestKeys keys;

	private final @Nullable ReactiveRetry retry;

	/**
	 * Creates a filter.
	 * @param settings which requests carry a key
	 * @param generator makes new keys
	 */
	public IdempotencyKeyFilter(IdempotencyClientSettings settings, IdempotencyKeyGenerator generator) {
		this.settings = settings;
		this.keys = new RequestKeys(settings, generator);
		this.retry = (settings.retry() != null) ? new ReactiveRetry(settings.retry(), settings.replayHeaderName())
				: null;
	}

	/**
	 * Adds this filter, and makes every request one logical operation: subscribed to
	 * again, it keeps its key.
	 * @param builder the builder of the client
	 */
	public void customize(WebClient.Builder builder) {
		builder.filter(this)
			.defaultRequest((request) -> request.attribute(FIRST_KEY, new AtomicReference<@Nullable PinnedKey>()));
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		if (!this.settings.concern(request.method(), request.url())) {
			return next.exchange(request);
		}
		return Mono.deferContextual((context) -> exchange(request, next, context));
	}

	private Mono<ClientResponse> exchange(ClientRequest request, ExchangeFunction next, ContextView context) {
		PinnedKey callersKey = this.keys.ofCaller(request.headers());
		PinnedKey key = (callersKey != null) ? callersKey : key(request, context);
		ClientRequest.Builder keyed = ClientRequest.from(request)
			.body(new RepeatableBody(request.body(), (callersKey != null) ? null : key));
		if (callersKey == null) {
			keyed.header(this.settings.headerName(), this.keys.headerValue(key));
		}
		ClientRequest keyedRequest = keyed.build();
		Mono<ClientResponse> attempt = Mono.defer(() -> send(keyedRequest, next, Redirect.LIMIT));
		return ((this.retry != null) ? this.retry.execute(attempt, key) : attempt)
			.map((response) -> marked(response, key));
	}

	private static Mono<ClientResponse> send(ClientRequest request, ExchangeFunction next, int hops) {
		return next.exchange(request).flatMap((response) -> {
			URI target = Redirect.target(request.url(), response.statusCode().value(),
					response.headers().asHttpHeaders());
			return (target != null && hops > 0)
					? response.releaseBody()
						.then(Mono.defer(() -> send(ClientRequest.from(request).url(target).build(), next, hops - 1)))
					: Mono.just(response);
		});
	}

	private PinnedKey key(ClientRequest request, ContextView context) {
		AtomicReference<@Nullable PinnedKey> first = first(request);
		PinnedKey known = first.get();
		if (known != null) {
			return known;
		}
		PinnedKey key = this.keys.of(request.method(), request.url(),
				request.attributes().get(IdempotencyScope.ATTRIBUTE),
				context.getOrDefault(IdempotencyScope.class, IdempotencyScope.current()));
		PinnedKey other = first.compareAndExchange(null, key);
		return (other != null) ? other : key;
	}

	@SuppressWarnings("unchecked")
	private static AtomicReference<@Nullable PinnedKey> first(ClientRequest request) {
		Object first = request.attributes().get(FIRST_KEY);
		return (first != null) ? (AtomicReference<@Nullable PinnedKey>) first : new AtomicReference<>();
	}

	private ClientResponse marked(ClientResponse response, PinnedKey key) {
		return response.mutate().headers((headers) -> IdempotentResponse.mark(headers, key, this.settings)).build();
	}

}
