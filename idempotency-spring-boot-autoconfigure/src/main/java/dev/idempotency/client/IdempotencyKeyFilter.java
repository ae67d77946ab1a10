package dev.idempotency.client;

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

	private final CallPolicy policy;

	/**
	 * Creates a filter.
	 * @param settings which requests carry a key
	 * @param generator makes new keys
	 */
	public IdempotencyKeyFilter(IdempotencyClientSettings settings, IdempotencyKeyGenerator generator) {
		this(settings, generator, (attempt) -> null, (client, outcome, attempts, duration) -> {
		});
	}

	/**
	 * Creates a filter.
	 * @param settings which requests carry a key
	 * @param generator makes new keys
	 * @param predicate decides which attempts are followed by another one
	 * @param listener is told how calls end
	 */
	public IdempotencyKeyFilter(IdempotencyClientSettings settings, IdempotencyKeyGenerator generator,
			IdempotencyRetryPredicate predicate, IdempotencyClientListener listener) {
		this.settings = settings;
		this.keys = new RequestKeys(settings, generator);
		this.policy = new CallPolicy(settings, predicate, listener);
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
		RepeatableBody body = new RepeatableBody(request.body(), (callersKey != null) ? null : key);
		ClientRequest.Builder keyed = ClientRequest.from(request).body(body);
		if (callersKey == null) {
			keyed.header(this.settings.headerName(), this.keys.headerValue(key));
		}
		Attempts attempts = new Attempts(new Call(request.method(), request.url(), key), this.policy);
		ReactiveAttempts call = new ReactiveAttempts(new ReactiveExchange(keyed.build(), body, next), attempts,
				(headers) -> IdempotentResponse.mark(headers, key, this.settings));
		return (this.settings.retry() != null) ? call.trySeveralTimes() : call.tryOnce();
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

}
