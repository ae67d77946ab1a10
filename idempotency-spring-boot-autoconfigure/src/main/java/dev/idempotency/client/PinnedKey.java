package dev.idempotency.client;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * The key of one call, together with the body that the call has on each of its attempts.
 */
final class PinnedKey {

	private final String value;

	/** When the call began, by {@link System#nanoTime()}. */
	private final long start = System.nanoTime();

	private final AtomicReference<byte[]> body = new AtomicReference<>();

	/**
	 * Creates the key of a call.
	 * @param value the key without quotes
	 */
	PinnedKey(String value) {
		this.value = value;
	}

	String value() {
		return this.value;
	}

	Duration age() {
		return Duration.ofNanos(System.nanoTime() - this.start);
	}

	/**
	 * Checks the body of an attempt, before it is sent.
	 * @param bytes the body
	 * @param contentType the header of that name
	 * @throws ReusedKeyException if an earlier attempt had another body
	 */
	void pin(byte[] bytes, @Nullable String contentType) {
		byte[] digest = digest(withoutBoundary(bytes, contentType));
		byte[] pinned = this.body.compareAndExchange(null, digest);
		if (pinned != null && !MessageDigest.isEqual(pinned, digest)) {
			throw ReusedKeyException.otherBody();
		}
	}

	/** The boundary of a multipart body is made anew for each attempt. */
	private static byte[] withoutBoundary(byte[] bytes, @Nullable String contentType) {
		String boundary = boundary(contentType);
		return (boundary != null) ? new String(bytes, StandardCharsets.ISO_8859_1).replace("--" + boundary, "--")
			.getBytes(StandardCharsets.ISO_8859_1) : bytes;
	}

	private static @Nullable String boundary(@Nullable String contentType) {
		if (contentType == null || !contentType.regionMatches(true, 0, "multipart/", 0, 10)) {
			return null;
		}
		try {
			String boundary = MediaType.parseMediaType(contentType).getParameter("boundary");
			return (boundary != null && boundary.startsWith("\"")) ? boundary.substring(1, boundary.length() - 1)
					: boundary;
		}
		catch (InvalidMediaTypeException ex) {
			return null;
		}
	}

	private static byte[] digest(byte[] bytes) {
		try {
			return MessageDigest.getInstance("SHA-256").digest(bytes);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
