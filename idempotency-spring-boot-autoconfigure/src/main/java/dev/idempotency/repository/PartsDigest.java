package dev.idempotency.repository;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

import org.jspecify.annotations.Nullable;

/**
 * A SHA-256 digest over parts, each preceded by its length, so that {@code a} and
 * {@code bc} never give the digest of {@code ab} and {@code c}. An absent part differs
 * from an empty one.
 *
 * @since 0.1.0
 */
public final class PartsDigest {

	private static final int ABSENT = -1;

	private static final int BUFFER_SIZE = 8192;

	/** Never updated: a copy of it costs less than to look for a provider each time. */
	private static final MessageDigest EMPTY = sha256();

	private final MessageDigest digest;

	private final byte[] length = new byte[Long.BYTES];

	/** Creates a digest of no parts yet. */
	public PartsDigest() {
		this.digest = empty();
	}

	private static MessageDigest empty() {
		try {
			return (MessageDigest) EMPTY.clone();
		}
		catch (CloneNotSupportedException ex) {
			return sha256();
		}
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	/**
	 * Adds a text, as UTF-8.
	 * @param part the text, {@code null} if absent
	 * @return this digest
	 */
	public PartsDigest add(@Nullable String part) {
		if (part == null) {
			addLength(ABSENT);
			return this;
		}
		return add(part.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Adds bytes.
	 * @param part the bytes
	 * @return this digest
	 */
	public PartsDigest add(byte[] part) {
		addLength(part.length);
		this.digest.update(part);
		return this;
	}

	/**
	 * Adds the bytes of a stream without holding them.
	 * @param part the stream, left open
	 * @param size how many bytes it has
	 * @return this digest
	 * @throws IOException if the stream fails
	 */
	public PartsDigest add(InputStream part, long size) throws IOException {
		addLength(size);
		byte[] buffer = new byte[BUFFER_SIZE];
		for (int read = part.read(buffer); read != -1; read = part.read(buffer)) {
			this.digest.update(buffer, 0, read);
		}
		return this;
	}

	private void addLength(long value) {
		for (int i = 0; i < Long.BYTES; i++) {
			this.length[i] = (byte) (value >>> (Long.SIZE - Byte.SIZE * (i + 1)));
		}
		this.digest.update(this.length);
	}

	/**
	 * Returns the digest. The object must not be used afterwards.
	 * @return 32 bytes
	 */
	public byte[] toBytes() {
		return this.digest.digest();
	}

}
