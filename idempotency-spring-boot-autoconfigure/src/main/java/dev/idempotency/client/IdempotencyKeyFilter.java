package dev.idempotency.client;

import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Gives the requests of a {@code WebClient} their keys, and with them the requests of
 * HTTP interfaces on top. Never overwrites a key that is already there. To be added by
 * {@code builder.apply(filter::customize)}: then a request belongs to the scope in which
 * it was made, and keeps its key when it is subscribed to again, as {@code retryWhen}
 * does.
 *
 * @since 0.1.0
 */
public final class IdempotencyKeyFilter implements ExchangeFilterFunction {

	/** Request attribute that outlives an attempt. */
	private static final String OPERATION = IdempotencyKeyFilter.class.getName() + ".OPERATION";

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
	 * Adds this filter as the last one, in place of any other of its kind, and makes
	 * every request one logical operation: it belongs to the scope in which it was made,
	 * and subscribed to again, it keeps its key.
	 * @param builder the builder of the client
	 */
	public void customize(WebClient.Builder builder) {
		builder.filters((filters) -> {
			filters.removeIf(IdempotencyKeyFilter.class::isInstance);
			filters.add(this);
		}).defaultRequest((request) -> request.attribute(OPERATION, new ReactiveOperation()));
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
		RepeatableBody body = new RepeatableBody(request.body(), (callersKey != null) ? null : key, this.settings);
		ClientRequest.Builder keyed = ClientRequest.from(request).body(body);
		if (callersKey == null) {
			keyed.header(this.settings.headerName(), this.keys.headerValue(key));
		}
		Attempts attempts = new Attempts(
				new Call(this.settings.clientName(request.url()), request.method(), request.url(), key), this.policy);
		ReactiveAttempts call = new ReactiveAttempts(new ReactiveExchange(keyed.build(), body, next), attempts,
				(headers) -> IdempotentResponse.mark(headers, key, this.settings));
		return (this.settings.retry() != null) ? call.trySeveralTimes() : call.tryOnce();
	}

	private PinnedKey key(ClientRequest request, ContextView context) {
		Object attribute = request.attributes().get(IdempotencyScope.ATTRIBUTE);
		Object operation = request.attributes().get(OPERATION);
		IdempotencyScope inContext = context.getOrDefault(IdempotencyScope.class, null);
		if (operation instanceof ReactiveOperation made) {
			return made.key((scope) -> this.keys.of(request.method(), request.url(), attribute, scope), inContext);
		}
		IdempotencyScope scope = (inContext != null) ? inContext : IdempotencyScope.current();
		if (attribute == null && scope == null) {
			throw new IllegalStateException("The request was not sent, because its idempotency key would be another"
					+ " one when it is subscribed to again. Add the filter to the WebClient by"
					+ " builder.apply(filter::customize) and not by builder.filter(filter).");
		}
		return this.keys.of(request.method(), request.url(), attribute, scope);
	}

}
