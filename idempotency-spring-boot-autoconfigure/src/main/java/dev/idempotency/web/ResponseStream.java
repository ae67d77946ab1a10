package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;

/**
 * Writes bytes to the target of the response.
 */
final class ResponseStream extends ServletOutputStream {

	private final IdempotencyResponseWrapper response;

	ResponseStream(IdempotencyResponseWrapper response) {
		this.response = response;
	}

	@Override
	public void write(int value) throws IOException {
		if (this.response.isPassing()) {
			this.response.body().containerStream().write(value);
		}
		else {
			write(new byte[] { (byte) value }, 0, 1);
		}
	}

	@Override
	public void write(byte[] source, int offset, int length) throws IOException {
		this.response.target().write(this.response, source, offset, length);
	}

	@Override
	public void flush() throws IOException {
		if (this.response.isPassing()) {
			this.response.body().containerStream().flush();
		}
		else {
			this.response.flushBuffer();
		}
	}

	@Override
	public void close() throws IOException {
		this.response.target().close(this.response);
	}

	@Override
	public boolean isReady() {
		ServletOutputStream stream = this.response.body().openStream();
		return stream != null && stream.isReady();
	}

	@Override
	public void setWriteListener(WriteListener listener) {
		ServletOutputStream stream = this.response.body().openStream();
		if (!this.response.isPassing() || stream == null) {
			throw new IllegalStateException("The response of an idempotent operation is recorded before it is"
					+ " sent: write to the stream without a WriteListener");
		}
		stream.setWriteListener(listener);
	}

}
