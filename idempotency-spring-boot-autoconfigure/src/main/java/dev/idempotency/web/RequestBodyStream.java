package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the container until the body is read as a whole, and then what was left.
 */
final class RequestBodyStream extends ServletInputStream {

	private final RequestBody body;

	private @Nullable ServletInputStream container;

	RequestBodyStream(RequestBody body) {
		this.body = body;
	}

	/**
	 * Reads from a stream of the container, which has been asked for it again.
	 */
	void readFrom(@Nullable ServletInputStream stream) {
		this.container = stream;
	}

	private ServletInputStream container() throws IOException {
		if (this.container == null) {
			this.container = this.body.next().getInputStream();
		}
		return this.container;
	}

	@Override
	public int read() throws IOException {
		byte[] one = new byte[1];
		return (read(one, 0, 1) != -1) ? one[0] & 0xFF : -1;
	}

	@Override
	public int read(byte[] target, int offset, int length) throws IOException {
		if (this.body.isWhole()) {
			return this.body.rest().read(target, offset, length);
		}
		int read = container().read(target, offset, length);
		this.body.remember(target, offset, read);
		return read;
	}

	@Override
	public int available() throws IOException {
		return (this.body.isWhole()) ? this.body.rest().available() : container().available();
	}

	@Override
	public boolean isFinished() {
		if (this.body.isWhole()) {
			return this.body.rest().available() == 0;
		}
		return this.container != null && this.container.isFinished();
	}

	@Override
	public boolean isReady() {
		return this.body.isWhole() || (this.container != null && this.container.isReady());
	}

	@Override
	public void setReadListener(ReadListener listener) {
		if (this.body.isWhole() || this.container == null) {
			throw new IllegalStateException("The body of a request with an idempotency key is read before the"
					+ " handler runs: read from the stream without a ReadListener");
		}
		this.container.setReadListener(listener);
	}

	@Override
	public void close() throws IOException {
		if (!this.body.isWhole() && this.container != null) {
			this.body.closed();
			this.container.close();
		}
	}

}
