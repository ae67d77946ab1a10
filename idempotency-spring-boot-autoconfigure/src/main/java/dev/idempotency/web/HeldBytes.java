package dev.idempotency.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

import org.jspecify.annotations.Nullable;

/**
 * The bytes of a body that is held back.
 */
final class HeldBytes {

	private static final int INITIAL_SIZE = 512;

	private final int limit;

	private byte[] bytes = new byte[INITIAL_SIZE];

	private int size;

	/**
	 * Creates an empty body.
	 * @param limit the most bytes to record
	 */
	HeldBytes(int limit) {
		this.limit = limit;
	}

	int size() {
		return this.size;
	}

	/**
	 * Returns the bytes, of which the first are those of the body.
	 */
	byte[] bytes() {
		return this.bytes;
	}

	boolean hasRoom(int length) {
		return length <= this.limit - this.size;
	}

	private boolean isOverfull() {
		return this.size > this.limit;
	}

	void clear() {
		this.size = 0;
	}

	void append(byte[] source, int offset, int length) {
		int required = Math.addExact(this.size, length);
		if (required > this.bytes.length) {
			int most = (required <= this.limit) ? this.limit : Integer.MAX_VALUE - 8;
			int doubled = (int) Math.min(most, 2L * this.bytes.length);
			this.bytes = Arrays.copyOf(this.bytes, Math.max(required, doubled));
		}
		System.arraycopy(source, offset, this.bytes, this.size, length);
		this.size = required;
	}

	/**
	 * Returns the body without the content encoding that the handler, or a filter between
	 * it and the library's, applied: a replay is encoded anew for its own client.
	 * @param length how many of the bytes belong to the body
	 * @param encodings the values of Content-Encoding
	 * @return the body, {@code null} if it is too large or cannot be decoded
	 */
	@Nullable ByteBuffer decoded(int length, List<String> encodings) {
		if (isOverfull()) {
			return null;
		}
		if (encodings.isEmpty() || this.size == 0 || encodings.equals(List.of("identity"))) {
			return ByteBuffer.wrap(this.bytes, 0, length);
		}
		if (encodings.size() != 1 || !encodings.get(0).equalsIgnoreCase("gzip")) {
			return null;
		}
		try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(this.bytes, 0, length))) {
			byte[] decoded = gzip.readNBytes(this.limit);
			return (gzip.read() == -1) ? ByteBuffer.wrap(decoded) : null;
		}
		catch (IOException ex) {
			return null;
		}
	}

}
