package dev.idempotency.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

import dev.idempotency.IdempotencyKey;

/**
 * Derives keys from keys: the same from the same, without a way back.
 */
final class DerivedKeys {

	private static final long VERSION_8 = 0x8000L;

	private static final long VARIANT = 0x8000_0000_0000_0000L;

	private DerivedKeys() {
	}

	/**
	 * Returns the key of a call.
	 * @param origin the key to derive it from
	 * @param name the name of the call
	 * @return a UUID of version 8 (RFC 9562, section 5.8), made of the SHA-256 digest of
	 * both
	 */
	static IdempotencyKey derive(IdempotencyKey origin, String name) {
		byte[] start = origin.value().getBytes(StandardCharsets.UTF_8);
		byte[] end = name.getBytes(StandardCharsets.UTF_8);
		ByteBuffer digest = ByteBuffer
			.wrap(sha256().digest(ByteBuffer.allocate(Integer.BYTES + start.length + end.length)
				.putInt(start.length)
				.put(start)
				.put(end)
				.array()));
		long high = (digest.getLong() & ~0xF000L) | VERSION_8;
		long low = (digest.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | VARIANT;
		return new IdempotencyKey(new UUID(high, low).toString());
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
