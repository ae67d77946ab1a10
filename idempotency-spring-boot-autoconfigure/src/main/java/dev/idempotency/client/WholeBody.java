package dev.idempotency.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Reads a response into memory, unless that takes longer than the call may take.
 */
final class WholeBody implements AutoCloseable {

	private final ClientHttpResponse response;

	private final Attempts attempts;

	/** A body that is left before its end. */
	private @Nullable InputStream unread;

	/**
	 * Creates the body of a response that is not read yet.
	 * @param response the response
	 * @param attempts the attempts of the call
	 */
	WholeBody(ClientHttpResponse response, Attempts attempts) {
		this.response = response;
		this.attempts = attempts;
	}

	ClientHttpResponse response() {
		return this.response;
	}

	/**
	 * Reads the body.
	 * @param length how long it is, by {@link CheckedBody#length}
	 * @return its bytes
	 * @throws IOException if it does not come whole, or not in time
	 */
	byte[] read(long length) throws IOException {
		InputStream original = this.response.getBody();
		InputStream body = new CheckedBody(original, length, CheckedBody::asIoException);
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		byte[] chunk = new byte[8192];
		int read;
		while ((read = body.read(chunk, 0, size(body, chunk))) != -1) {
			bytes.write(chunk, 0, read);
			if (this.attempts.isLateAfter(Duration.ZERO)) {
				this.unread = original;
				throw new IOException("The call took longer than " + this.attempts.deadline());
			}
		}
		return bytes.toByteArray();
	}

	/** Reactor Netty's stream waits until it can fill what it gets. */
	private int size(InputStream body, byte[] chunk) throws IOException {
		return (this.attempts.deadline() != null) ? Math.max(1, Math.min(chunk.length, body.available()))
				: chunk.length;
	}

	/**
	 * Closes the response. One that is left before its end is closed behind the caller's
	 * back, since Spring and some libraries read the rest first.
	 */
	@Override
	public void close() {
		InputStream rest = this.unread;
		if (rest == null) {
			this.response.close();
			return;
		}
		Thread thread = new Thread(() -> leave(rest), "idempotency-client-deadline");
		thread.setDaemon(true);
		thread.start();
	}

	private void leave(InputStream rest) {
		try (this.response) {
			rest.close();
		}
		catch (IOException ex) {
			// The connection is over
		}
	}

}
