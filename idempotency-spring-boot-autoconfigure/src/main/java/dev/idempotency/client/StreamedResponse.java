package dev.idempotency.client;

import java.io.IOException;
import java.io.InputStream;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/**
 * The response to the only attempt of a call, on its way to the caller: if its body is
 * cut, the outcome of the call is unknown.
 */
final class StreamedResponse implements ClientHttpResponse {

	private final ClientHttpResponse response;

	private final Attempts attempts;

	private final int status;

	private final long length;

	private final HttpHeaders headers;

	/** Spring asks for the body more than once. */
	private @Nullable InputStream body;

	StreamedResponse(ClientHttpResponse response, long length, Attempts attempts) throws IOException {
		this.response = response;
		this.length = length;
		this.attempts = attempts;
		this.status = response.getStatusCode().value();
		this.headers = response.getHeaders();
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
		InputStream known = this.body;
		if (known == null) {
			known = new CheckedBody(this.response.getBody(), this.length, this::lost);
			this.body = known;
		}
		return known;
	}

	private IOException lost(Exception failure) {
		IOException ex = CheckedBody.asIoException(failure);
		this.attempts.goOnAfter(ex);
		UnknownOutcomeException unknown = this.attempts.unknownOutcome(ex);
		if (unknown != null) {
			throw unknown;
		}
		return ex;
	}

	@Override
	public void close() {
		this.attempts.answered(this.status, this.headers, true);
		this.response.close();
	}

}
