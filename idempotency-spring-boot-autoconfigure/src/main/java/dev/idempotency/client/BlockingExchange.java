package dev.idempotency.client;

import java.io.IOException;
import java.net.URI;

import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.support.HttpRequestWrapper;

/**
 * One attempt of a blocking call, with the redirections that it may follow. Whatever goes
 * wrong between client and server is an {@link IOException}, whichever library it is.
 */
final class BlockingExchange {

	private final HttpRequest request;

	private final byte[] body;

	private final ClientHttpRequestExecution execution;

	/**
	 * Creates the exchange.
	 * @param request the request
	 * @param body the body of the request
	 * @param execution what sends it
	 */
	BlockingExchange(HttpRequest request, byte[] body, ClientHttpRequestExecution execution) {
		this.request = request;
		this.body = body;
		this.execution = execution;
	}

	/**
	 * Sends the request.
	 * @return the response, whose head is sound
	 * @throws IOException if there is none
	 */
	ClientHttpResponse send() throws IOException {
		URI from = this.request.getURI();
		ClientHttpResponse response = send(this.request);
		for (int hops = 0; hops < Redirect.LIMIT; hops++) {
			URI target = Redirect.target(from, response.getStatusCode().value(), response.getHeaders());
			if (target == null) {
				return response;
			}
			response.close();
			response = send(new RedirectedRequest(this.request, target));
			from = target;
		}
		return response;
	}

	private ClientHttpResponse send(HttpRequest hop) throws IOException {
		ClientHttpResponse response;
		try {
			response = this.execution.execute(hop, this.body);
		}
		catch (IOException | RuntimeException ex) {
			throw Failures.ofExchange(ex);
		}
		try {
			lengthOf(response);
			return response;
		}
		catch (IOException | RuntimeException ex) {
			response.close();
			throw new IOException("The head of the response is broken", ex);
		}
	}

	/**
	 * Returns how long the body of a response is to be.
	 * @param response the response
	 * @return the number of bytes, -1 if the response does not say
	 * @throws IOException if the head of the response is broken
	 */
	long lengthOf(ClientHttpResponse response) throws IOException {
		return CheckedBody.length(this.request.getMethod(), response.getStatusCode(), response.getHeaders());
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
