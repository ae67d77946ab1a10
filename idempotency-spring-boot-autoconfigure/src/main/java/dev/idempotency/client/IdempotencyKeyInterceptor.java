package dev.idempotency.client;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

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

	private final IdempotencyClientSettings settings;

	private final RequestKeys keys;

	private final @Nullable BlockingRetry retry;

	/**
	 * Creates an interceptor.
	 * @param settings which requests carry a key
	 * @param generator makes new keys
	 */
	public IdempotencyKeyInterceptor(IdempotencyClientSettings settings, IdempotencyKeyGenerator generator) {
		this.settings = settings;
		this.keys = new RequestKeys(settings, generator);
		this.retry = (settings.retry() != null) ? new BlockingRetry(settings.retry(), settings.replayHeaderName())
				: null;
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
		PinnedKey key = this.keys.ofCaller(request.getHeaders());
		if (key == null) {
			key = this.keys.of(request.getMethod(), request.getURI(),
					request.getAttributes().get(IdempotencyScope.ATTRIBUTE), IdempotencyScope.current());
			key.pin(body, request.getHeaders().getFirst("Content-Type"));
			request.getHeaders().set(this.settings.headerName(), this.keys.headerValue(key));
		}
		ClientHttpResponse response = (this.retry != null)
				? this.retry.execute(() -> send(request, body, execution), key) : send(request, body, execution);
		return new MarkedResponse(response, key, this.settings);
	}

	private static ClientHttpResponse send(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		ClientHttpResponse response = execution.execute(request, body);
		URI from = request.getURI();
		for (int hops = 0; hops < Redirect.LIMIT; hops++) {
			URI target = Redirect.target(from, response.getStatusCode().value(), response.getHeaders());
			if (target == null) {
				return response;
			}
			response.close();
			response = execution.execute(new RedirectedRequest(request, target), body);
			from = target;
		}
		return response;
	}

	/**
	 * The same request to another URL.
	 */
	private static final class RedirectedRequest extends HttpRequestWrapper {

		private final URI target;

		RedirectedRequest(HttpRequest request, URI target) {
			super(request);
			this.target = target;
		}

		@Override
		public URI getURI() {
			return this.target;
		}

	}

}
