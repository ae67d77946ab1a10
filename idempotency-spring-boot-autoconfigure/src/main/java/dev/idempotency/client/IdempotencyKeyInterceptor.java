package dev.idempotency.client;

import java.io.IOException;

import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Gives the requests of a {@code RestClient} or {@code RestTemplate} their keys, and with
 * them the requests of HTTP interfaces on top. Never overwrites a key that is already
 * there. Without an {@link IdempotencyScope} or a key in the request's attributes, each
 * request that comes by is a new operation.
 *
 * @since 0.1.0
 */
public final class IdempotencyKeyInterceptor implements ClientHttpRequestInterceptor {

	private final IdempotencyClientSettings settings;

	private final RequestKeys keys;

	/**
	 * Creates an interceptor.
	 * @param settings which requests carry a key
	 * @param generator makes new keys
	 */
	public IdempotencyKeyInterceptor(IdempotencyClientSettings settings, IdempotencyKeyGenerator generator) {
		this.settings = settings;
		this.keys = new RequestKeys(settings, generator);
	}

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		if (!this.settings.concern(request.getMethod(), request.getURI())) {
			return execution.execute(request, body);
		}
		PinnedKey key = this.keys.ofCaller(request.getHeaders());
		if (key == null) {
			key = this.keys.of(request.getMethod(), request.getURI(),
					request.getAttributes().get(IdempotencyScope.ATTRIBUTE), IdempotencyScope.current());
			key.pin(body, request.getHeaders().getFirst("Content-Type"));
			request.getHeaders().set(this.settings.headerName(), this.keys.headerValue(key));
		}
		return new MarkedResponse(execution.execute(request, body), key, this.settings);
	}

}
