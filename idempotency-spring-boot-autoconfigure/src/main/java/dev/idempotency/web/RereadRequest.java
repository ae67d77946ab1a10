package dev.idempotency.web;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/**
 * The request as strategies of the application see it: each of them reads the body from
 * its beginning, and the handler still finds all of it.
 */
final class RereadRequest extends HttpServletRequestWrapper {

	private final byte[] body;

	private RereadRequest(HttpServletRequest request, byte[] body) {
		super(request);
		this.body = body;
	}

	/**
	 * Returns a request for a strategy.
	 * @param request the prepared request
	 * @return the request, with a body of its own if that was read as bytes
	 */
	static HttpServletRequest of(HttpServletRequest request) {
		byte[] body = RequestBodies.of(request);
		return (body != null) ? new RereadRequest(request, body) : request;
	}

	@Override
	public ServletInputStream getInputStream() {
		return new BytesStream(new ByteArrayInputStream(this.body));
	}

	@Override
	public BufferedReader getReader() throws IOException {
		String encoding = getCharacterEncoding();
		return new BufferedReader(new InputStreamReader(getInputStream(),
				(encoding != null) ? encoding : StandardCharsets.ISO_8859_1.name()));
	}

	/**
	 * A body that is all there.
	 */
	private static final class BytesStream extends ServletInputStream {

		private final ByteArrayInputStream bytes;

		BytesStream(ByteArrayInputStream bytes) {
			this.bytes = bytes;
		}

		@Override
		public int read() {
			return this.bytes.read();
		}

		@Override
		public int read(byte[] target, int offset, int length) {
			return this.bytes.read(target, offset, length);
		}

		@Override
		public int available() {
			return this.bytes.available();
		}

		@Override
		public boolean isFinished() {
			return this.bytes.available() == 0;
		}

		@Override
		public boolean isReady() {
			return true;
		}

		@Override
		public void setReadListener(ReadListener listener) {
			throw new IllegalStateException("Read the body without a ReadListener");
		}

	}

}
