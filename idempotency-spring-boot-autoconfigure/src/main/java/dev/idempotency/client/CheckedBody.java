package dev.idempotency.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;

/**
 * The body of a response, whose end is an error if it comes before the length that the
 * response promises: not every library looks.
 */
final class CheckedBody extends FilterInputStream {

	private static final long ANY = -1;

	/** No content, not modified. */
	private static final Set<Integer> BODILESS = Set.of(204, 304);

	private final long length;

	private final Loss loss;

	private long position;

	/**
	 * Creates the body.
	 * @param body the body as the library delivers it
	 * @param length how long it is, by {@link #length}
	 * @param loss makes the exception for the reader
	 */
	CheckedBody(InputStream body, long length, Loss loss) {
		super(body);
		this.length = length;
		this.loss = loss;
	}

	/**
	 * Returns the length that a response promises.
	 * @param method the method of the request
	 * @param status the status of the response
	 * @param headers the headers of the response
	 * @return the number of bytes, -1 if it does not say, or says it of another body than
	 * the one that is delivered
	 * @throws IOException if it is no number
	 */
	static long length(HttpMethod method, HttpStatusCode status, HttpHeaders headers) throws IOException {
		String length = headers.getFirst("Content-Length");
		if (length == null || method.equals(HttpMethod.HEAD) || BODILESS.contains(status.value())) {
			return ANY;
		}
		if (!length.matches("\\d{1,18}")) {
			throw new IOException("The length of the response is no number");
		}
		return (headers.getFirst("Content-Encoding") == null) ? Long.parseLong(length) : ANY;
	}

	/**
	 * Checks how many bytes came until the end.
	 * @param length what the response promised
	 * @param count how many came
	 * @throws IOException if some are missing
	 */
	static void checkEnd(long length, long count) throws IOException {
		if (count < length) {
			throw new IOException("The response was cut: " + count + " of " + length + " bytes");
		}
	}

	@Override
	public int read() throws IOException {
		try {
			int next = super.read();
			count((next != -1) ? 1 : -1);
			return next;
		}
		catch (IOException | RuntimeException ex) {
			throw this.loss.of(ex);
		}
	}

	@Override
	public int read(byte[] bytes, int offset, int size) throws IOException {
		try {
			int read = super.read(bytes, offset, size);
			count(read);
			return read;
		}
		catch (IOException | RuntimeException ex) {
			throw this.loss.of(ex);
		}
	}

	@Override
	public long skip(long size) throws IOException {
		return (read(new byte[(int) Math.min(size, 8192)]) > 0) ? 1 : 0;
	}

	@Override
	public boolean markSupported() {
		return false;
	}

	/**
	 * Returns why a body cannot be read, whatever a library makes of it.
	 * @param failure what it throws
	 */
	static IOException asIoException(Exception failure) {
		return (failure instanceof IOException ex) ? ex : new IOException("The response cannot be read", failure);
	}

	private void count(int read) throws IOException {
		if (read == -1) {
			checkEnd(this.length, this.position);
		}
		this.position += read;
	}

	/**
	 * What happens to an exception.
	 */
	@FunctionalInterface
	interface Loss {

		/**
		 * Returns the exception for the reader, or throws another one.
		 * @param failure why the body cannot be read
		 */
		IOException of(Exception failure);

	}

}
