package dev.idempotency.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

import dev.idempotency.client.IdempotencyClientListener.Outcome;

/**
 * Gives the requests of a {@code RestClient} or {@code RestTemplate} their keys, and with
 * them the requests of HTTP interfaces on top. Never overwrites a key that is already
 * there. Without an {@link IdempotencyScope} or a key in the request's attributes, each
 * request that comes by is a new operation.
 * <p>
 * To be added as the last interceptor: Spring Framework 6 does not call those behind it
 * for further attempts.
 *
 * @since 0.1.0
 */
public final class IdempotencyKeyInterceptor implements ClientHttpRequestInterceptor {

	/** Request attribute while a request is in one of these interceptors. */
	private static final String PASSED = IdempotencyKeyInterceptor.class.getName() + ".PASSED";

	private static final String RESILIENCE4J = "io.github.resilience4j.retry.Retry";

	private final IdempotencyClientSettings settings;

	private final RequestKeys keys;

	private final CallPolicy policy;

	/**
	 * Creates an interceptor.
	 * @param settings which requests carry a key
	 * @param generator makes new keys
	 */
	public IdempotencyKeyInterceptor(IdempotencyClientSettings settings, IdempotencyKeyGenerator generator) {
		this(settings, generator, (attempt) -> null, (client, outcome, attempts, duration) -> {
		});
	}

	/**
	 * Creates an interceptor.
	 * @param settings which requests carry a key
	 * @param generator makes new keys
	 * @param predicate decides which attempts are followed by another one
	 * @param listener is told how calls end
	 * @throws IllegalStateException if calls are to be tried again, and Resilience4j is
	 * missing
	 */
	public IdempotencyKeyInterceptor(IdempotencyClientSettings settings, IdempotencyKeyGenerator generator,
			IdempotencyRetryPredicate predicate, IdempotencyClientListener listener) {
		Assert.state(settings.retry() == null || ClassUtils.isPresent(RESILIENCE4J, null),
				"RestClient and RestTemplate try again by Resilience4j, which is not on the class path."
						+ " Add io.github.resilience4j:resilience4j-retry, or leave out the settings of retries.");
		this.settings = settings;
		this.keys = new RequestKeys(settings, generator);
		this.policy = new CallPolicy(settings, predicate, listener);
	}

	/**
	 * Adds this interceptor as the last one, in place of any other of its kind.
	 * @param builder the builder of the client
	 */
	public void customize(RestClient.Builder builder) {
		builder.requestInterceptors(this::addTo);
	}

	/**
	 * Adds this interceptor as the last one, in place of any other of its kind.
	 * @param template the client
	 */
	public void customize(RestTemplate template) {
		List<ClientHttpRequestInterceptor> interceptors = new ArrayList<>(template.getInterceptors());
		addTo(interceptors);
		template.setInterceptors(interceptors);
	}

	private void addTo(List<ClientHttpRequestInterceptor> interceptors) {
		interceptors.removeIf(IdempotencyKeyInterceptor.class::isInstance);
		interceptors.add(this);
	}

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		if (!this.settings.concern(request.getMethod(), request.getURI())
				|| request.getAttributes().putIfAbsent(PASSED, true) != null) {
			return execution.execute(request, body);
		}
		try {
			return exchange(request, body, execution);
		}
		finally {
			request.getAttributes().remove(PASSED);
		}
	}

	private ClientHttpResponse exchange(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		if (body.length > this.settings.maxRequestSize().toBytes()) {
			throw this.settings.tooLarge();
		}
		PinnedKey key = this.keys.ofCaller(request.getHeaders());
		if (key == null) {
			key = this.keys.of(request.getMethod(), request.getURI(),
					request.getAttributes().get(IdempotencyScope.ATTRIBUTE), IdempotencyScope.current());
			key.pin(body, request.getHeaders().getFirst("Content-Type"));
			request.getHeaders().set(this.settings.headerName(), this.keys.headerValue(key));
		}
		Attempts attempts = new Attempts(
				new Call(this.settings.clientName(request.getURI()), request.getMethod(), request.getURI(), key),
				this.policy);
		BlockingExchange exchange = new BlockingExchange(request, body, execution);
		ClientHttpResponse response = (this.settings.retry() != null) ? trySeveralTimes(exchange, attempts)
				: tryOnce(exchange, attempts);
		return new MarkedResponse(response, key, this.settings);
	}

	private static ClientHttpResponse trySeveralTimes(BlockingExchange exchange, Attempts attempts) throws IOException {
		try {
			ClientHttpResponse response = new BlockingRetry(exchange, attempts).execute();
			attempts.answered(response.getStatusCode().value(), response.getHeaders(), true);
			return response;
		}
		catch (BlockingRetry.RefusedAttempt ex) {
			throwIfUnknown(ex, attempts);
			attempts.answered(ex.reply().status().value(), ex.reply().headers(), false);
			return ex.response();
		}
		catch (IOException ex) {
			throwIfUnknown(ex, attempts);
			attempts.end(Outcome.NOT_SENT);
			throw ex;
		}
		catch (RuntimeException ex) {
			attempts.end(Outcome.FAILED);
			throw ex;
		}
	}

	private static ClientHttpResponse tryOnce(BlockingExchange exchange, Attempts attempts) throws IOException {
		try {
			ClientHttpResponse response = exchange.send();
			return new StreamedResponse(response, exchange.lengthOf(response), attempts);
		}
		catch (IOException ex) {
			attempts.goOnAfter(ex);
			throwIfUnknown(ex, attempts);
			attempts.end(Outcome.NOT_SENT);
			throw ex;
		}
		catch (RuntimeException ex) {
			attempts.end(Outcome.FAILED);
			throw ex;
		}
	}

	private static void throwIfUnknown(IOException failure, Attempts attempts) {
		UnknownOutcomeException unknown = attempts.unknownOutcome(failure);
		if (unknown != null) {
			throw unknown;
		}
	}

}
