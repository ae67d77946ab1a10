package dev.idempotency.web;

import java.io.CharArrayReader;
import java.io.CharArrayWriter;
import java.io.IOException;
import java.io.Reader;

import org.jspecify.annotations.Nullable;

/**
 * Reads characters from the container until the body is read as a whole, and then what
 * was left. The whole body is what the characters are in their charset.
 */
final class RequestBodyReader extends Reader {

	private static final int BUFFER_SIZE = 8192;

	private final RequestBody body;

	private final CharArrayWriter before = new CharArrayWriter();

	private Reader source;

	RequestBodyReader(RequestBody body, Reader source) {
		this.body = body;
		this.source = source;
	}

	byte @Nullable [] readRest(int most) throws IOException {
		CharArrayWriter rest = new CharArrayWriter();
		char[] buffer = new char[BUFFER_SIZE];
		int read = this.body.isClosed() ? -1 : this.source.read(buffer);
		while (read != -1) {
			if (read > most - rest.size() - this.before.size()) {
				return null;
			}
			rest.write(buffer, 0, read);
			read = this.source.read(buffer);
		}
		rest.writeTo(this.before);
		this.source = new CharArrayReader(rest.toCharArray());
		byte[] whole = this.before.toString().getBytes(this.body.charset());
		return (whole.length <= most) ? whole : null;
	}

	@Override
	public int read(char[] target, int offset, int length) throws IOException {
		int read = this.source.read(target, offset, length);
		if (read > 0 && !this.body.isWhole() && this.body.remembers()) {
			if (read > this.body.limit() - this.before.size()) {
				this.body.tooMuch();
			}
			else {
				this.before.write(target, offset, read);
			}
		}
		return read;
	}

	@Override
	public boolean ready() throws IOException {
		return this.source.ready();
	}

	@Override
	public void close() throws IOException {
		if (!this.body.isWhole()) {
			this.body.closed();
			this.source.close();
		}
	}

}
