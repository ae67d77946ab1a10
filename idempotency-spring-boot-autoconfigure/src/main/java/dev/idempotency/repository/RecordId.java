package dev.idempotency.repository;

import java.util.Arrays;
import java.util.HexFormat;

import org.springframework.util.Assert;

import dev.idempotency.IdempotencyKey;

/**
 * The identity of a record: the SHA-256 digest of namespace, scope and key, or of what
 * stands for them beyond requests, each preceded by its length, so that no two
 * combinations share one. Of fixed length, safe in any store, and neither the key nor the
 * principal can be read from it.
 *
 * @since 0.1.0
 */
public final class RecordId {

	/** Length of an identity, in bytes. */
	public static final int LENGTH = 32;

	private final byte[] bytes;

	private RecordId(byte[] bytes) {
		this.bytes = bytes;
	}

	/**
	 * Returns the identity of the record for a key.
	 * @param namespace what separates applications on one repository
	 * @param scope what separates callers within the application, empty for none
	 * @param key the key
	 * @return the identity
	 */
	public static RecordId of(String namespace, String scope, IdempotencyKey key) {
		return new RecordId(new PartsDigest().add(namespace).add(scope).add(key.value()).toBytes());
	}

	/**
	 * Returns the identity of the record for a key of a method, which no request shares.
	 * @param namespace what separates applications on one repository
	 * @param operation the name of the operation
	 * @param key the key
	 * @return the identity
	 */
	public static RecordId ofMethod(String namespace, String operation, IdempotencyKey key) {
		return new RecordId(start("method").add(namespace).add(operation).add(key.value()).toBytes());
	}

	/**
	 * Returns the identity of the record for a step of the operation that has this one.
	 * @param operation the name of the operation
	 * @param step the name of the step
	 * @return the identity
	 */
	public RecordId step(String operation, String step) {
		return new RecordId(start("step").add(this.bytes).add(operation).add(step).toBytes());
	}

	/** No namespace is absent. */
	private static PartsDigest start(String kind) {
		return new PartsDigest().add((String) null).add(kind);
	}

	/**
	 * Returns the identity that has these bytes.
	 * @param bytes what {@link #toBytes()} returned
	 * @return the identity
	 * @throws IllegalArgumentException if there are not {@value #LENGTH} of them
	 */
	public static RecordId of(byte[] bytes) {
		Assert.isTrue(bytes.length == LENGTH, "An identity has " + LENGTH + " bytes");
		return new RecordId(bytes.clone());
	}

	/**
	 * Returns the identity as bytes.
	 * @return a copy of the {@value #LENGTH} bytes
	 */
	public byte[] toBytes() {
		return this.bytes.clone();
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof RecordId that && Arrays.equals(this.bytes, that.bytes);
	}

	@Override
	public int hashCode() {
		return Arrays.hashCode(this.bytes);
	}

	/**
	 * Returns the start of the identity, short enough for a log line and long enough to
	 * tell records apart.
	 * @return eight hexadecimal digits
	 */
	@Override
	public String toString() {
		return HexFormat.of().formatHex(this.bytes, 0, 4);
	}

}
