package dev.idempotency.client;

import java.io.IOException;
import java.io.InputStream;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/**
 * A response with headers that say which key its request carried.
 */
final class MarkedResponse implements ClientHttpResponse {

	private final ClientHttpResponse response;

	private final HttpHeaders headers = new HttpHeaders();

	MarkedResponse(ClientHttpResponse response, PinnedKey key, IdempotencyClientSettings settings) {
		this.response = response;
		response.getHeaders().forEach(this.headers::addAll);
		IdempotentResponse.mark(this.headers, key, settings);
	}

	@Override
	public HttpStatusCode getStatusCode() throws IOException {
		return this.response.getStatusCode();
	}

	@Override
	public String getStatusText() throws IOException {
		return this.response.getStatusText();
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.headers;
	}

	@Override
	public InputStream getBody() throws IOException {
		return this.response.getBody();
	}

	@Override
	public void close() {
		this.response.close();
	}

}
