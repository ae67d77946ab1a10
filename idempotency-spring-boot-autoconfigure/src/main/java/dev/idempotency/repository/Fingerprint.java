package dev.idempotency.repository;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * What tells a retry from another request under the same key. Opaque to repositories,
 * which store and return it unchanged.
 *
 * @since 0.1.0
 */
public final class Fingerprint {

	private final byte[] bytes;

	private Fingerprint(byte[] bytes) {
		this.bytes = bytes;
	}

	/**
	 * Returns a fingerprint of the given bytes.
	 * @param bytes the bytes, not to be changed afterwards; at most 255
	 * @return the fingerprint
	 */
	public static Fingerprint of(byte[] bytes) {
		return new Fingerprint(bytes);
	}

	/**
	 * Returns the fingerprint as bytes.
	 * @return the bytes, not to be changed
	 */
	public byte[] toBytes() {
		return this.bytes;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof Fingerprint that && Arrays.equals(this.bytes, that.bytes);
	}

	@Override
	public int hashCode() {
		return Arrays.hashCode(this.bytes);
	}

	@Override
	public String toString() {
		return HexFormat.of().formatHex(this.bytes, 0, Math.min(4, this.bytes.length));
	}

}
