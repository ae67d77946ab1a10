package dev.idempotency.engine;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.UnreadableRecordException;

/**
 * Encrypts what a record says about request and response. Headers and body are encrypted
 * with AES-GCM (NIST SP 800-38D), and authenticated together with the identity of their
 * record and the status, so that they mean nothing in another one. The fingerprint of the
 * request becomes an HMAC-SHA256 (RFC 2104) of the identity and the fingerprint, so that
 * a guessed request cannot be looked for, and equal requests do not look equal. Both name
 * their key: after a byte with the format, its id, preceded by its length. Fingerprints
 * had neither that byte nor the identity once, and can still be compared.
 * <p>
 * The first key encrypts, all decrypt. What was recorded before there were keys stays
 * readable, unless it is not accepted any more; what names an unknown key is an
 * {@linkplain UnreadableRecordException unreadable record}, never another request.
 *
 * @since 0.1.0
 */
public final class RecordEncryption {

	/** The most characters of a key's id. */
	public static final int MAX_ID_LENGTH = 64;

	/** Follows the format versions of unencrypted responses. */
	private static final byte VERSION = 2;

	/** Where fingerprints of the old format have the length of an id, which is not 0. */
	private static final byte BOUND_TO_RECORD = 0;

	private static final int NONCE_LENGTH = 12;

	private static final int TAG_BITS = 128;

	private static final int DIGEST_LENGTH = 32;

	private static final SecureRandom RANDOM = new SecureRandom();

	private final Map<String, Key> keys = new LinkedHashMap<>();

	private final @Nullable Key first;

	private final boolean acceptPlain;

	private RecordEncryption(List<Key> keys, boolean acceptPlain) {
		keys.forEach((key) -> this.keys.put(key.id, key));
		this.acceptPlain = acceptPlain;
		this.first = keys.isEmpty() ? null : keys.get(0);
	}

	/**
	 * Returns what leaves records as they are.
	 * @return no encryption
	 */
	public static RecordEncryption none() {
		return new RecordEncryption(List.of(), true);
	}

	/**
	 * Returns an encryption.
	 * @param keys the keys, at least one: the first encrypts, all decrypt
	 * @param acceptPlain whether a record that is not encrypted can be read
	 * @return the encryption
	 * @throws IllegalArgumentException if there is no key, or two have the same id
	 */
	public static RecordEncryption with(List<Key> keys, boolean acceptPlain) {
		Assert.notEmpty(keys, "Encryption needs a key");
		RecordEncryption encryption = new RecordEncryption(keys, acceptPlain);
		Assert.isTrue(encryption.keys.size() == keys.size(), "Two encryption keys have the same id");
		return encryption;
	}

	Fingerprint encrypt(RecordId id, Fingerprint fingerprint) {
		return (this.first != null) ? this.first.sign(id, fingerprint) : fingerprint;
	}

	/**
	 * Returns whether a record was made by an equal request: like is compared with like,
	 * by the key that the record names.
	 */
	boolean matches(RecordId id, Fingerprint recorded, Fingerprint fingerprint) {
		byte[] bytes = recorded.toBytes();
		if (bytes.length <= DIGEST_LENGTH) {
			checkPlain();
			return recorded.equals(fingerprint);
		}
		ByteBuffer keyed = ByteBuffer.wrap(bytes);
		Fingerprint expected = (bytes[0] == BOUND_TO_RECORD) ? key(keyed.position(1)).sign(id, fingerprint)
				: key(keyed).sign(fingerprint);
		return MessageDigest.isEqual(bytes, expected.toBytes());
	}

	private void checkPlain() {
		if (!this.acceptPlain) {
			throw new UnreadableRecordException("A record is not encrypted, and only encrypted ones are accepted",
					null);
		}
	}

	byte[] encrypt(RecordId id, int status, byte[] content) {
		return (this.first != null) ? this.first.encrypt(id, status, content) : content;
	}

	byte[] decrypt(RecordId id, int status, byte[] content) {
		if (content.length == 0 || content[0] != VERSION) {
			checkPlain();
			return content;
		}
		ByteBuffer encrypted = ByteBuffer.wrap(content).position(1);
		return key(encrypted).decrypt(id, status, encrypted);
	}

	private Key key(ByteBuffer bytes) {
		try {
			byte[] id = new byte[Byte.toUnsignedInt(bytes.get())];
			bytes.get(id);
			Key key = this.keys.get(new String(id, StandardCharsets.UTF_8));
			if (key == null) {
				throw new UnreadableRecordException("A record is encrypted with a key that is not configured", null);
			}
			return key;
		}
		catch (BufferUnderflowException ex) {
			throw new UnreadableRecordException("An encrypted record is truncated", ex);
		}
	}

	/**
	 * A key with its name.
	 */
	public static final class Key {

		private final String id;

		private final byte[] prefix;

		private final SecretKey encryptionKey;

		private final SecretKey fingerprintKey;

		/**
		 * Creates a key.
		 * @param id its name, at most {@value RecordEncryption#MAX_ID_LENGTH} ASCII
		 * characters, which is stored with every record
		 * @param secret 16 or 32 bytes
		 * @throws IllegalArgumentException if one of them is not as it must be
		 */
		public Key(String id, byte[] secret) {
			Assert.isTrue(
					!id.isEmpty() && id.length() <= MAX_ID_LENGTH
							&& StandardCharsets.US_ASCII.newEncoder().canEncode(id),
					"The id of an encryption key must be 1 to " + MAX_ID_LENGTH + " ASCII characters");
			Assert.isTrue(secret.length == 16 || secret.length == 32, "An encryption key must have 16 or 32 bytes");
			this.id = id;
			byte[] name = id.getBytes(StandardCharsets.US_ASCII);
			this.prefix = ByteBuffer.allocate(1 + name.length).put((byte) name.length).put(name).array();
			this.encryptionKey = new SecretKeySpec(secret, "AES");
			// Keys of two algorithms must not be the same
			this.fingerprintKey = new SecretKeySpec(
					hmac(new SecretKeySpec(secret, "HmacSHA256"), "fingerprint".getBytes(StandardCharsets.US_ASCII)),
					"HmacSHA256");
		}

		private Fingerprint sign(RecordId id, Fingerprint fingerprint) {
			byte[] digest = hmac(this.fingerprintKey, id.toBytes(), fingerprint.toBytes());
			return Fingerprint.of(ByteBuffer.allocate(1 + this.prefix.length + digest.length)
				.put(BOUND_TO_RECORD)
				.put(this.prefix)
				.put(digest)
				.array());
		}

		/** As it was done once. */
		private Fingerprint sign(Fingerprint fingerprint) {
			byte[] digest = hmac(this.fingerprintKey, fingerprint.toBytes());
			return Fingerprint
				.of(ByteBuffer.allocate(this.prefix.length + digest.length).put(this.prefix).put(digest).array());
		}

		private static byte[] hmac(SecretKey key, byte[]... parts) {
			try {
				Mac mac = Mac.getInstance("HmacSHA256");
				mac.init(key);
				for (byte[] part : parts) {
					mac.update(part);
				}
				return mac.doFinal();
			}
			catch (GeneralSecurityException ex) {
				throw new IllegalStateException("Every Java platform has HmacSHA256", ex);
			}
		}

		private byte[] encrypt(RecordId id, int status, byte[] content) {
			byte[] nonce = new byte[NONCE_LENGTH];
			RANDOM.nextBytes(nonce);
			try {
				Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, id, status);
				ByteBuffer encrypted = ByteBuffer
					.allocate(1 + this.prefix.length + NONCE_LENGTH + cipher.getOutputSize(content.length))
					.put(VERSION)
					.put(this.prefix)
					.put(nonce);
				cipher.doFinal(ByteBuffer.wrap(content), encrypted);
				return encrypted.array();
			}
			catch (GeneralSecurityException ex) {
				throw new IllegalStateException("Could not encrypt a response", ex);
			}
		}

		private byte[] decrypt(RecordId id, int status, ByteBuffer encrypted) {
			try {
				byte[] nonce = new byte[NONCE_LENGTH];
				encrypted.get(nonce);
				byte[] rest = new byte[encrypted.remaining()];
				encrypted.get(rest);
				return cipher(Cipher.DECRYPT_MODE, nonce, id, status).doFinal(rest);
			}
			catch (BufferUnderflowException | GeneralSecurityException | ProviderException ex) {
				throw new UnreadableRecordException("A recorded response does not decrypt", ex);
			}
		}

		private Cipher cipher(int mode, byte[] nonce, RecordId id, int status) throws GeneralSecurityException {
			Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
			cipher.init(mode, this.encryptionKey, new GCMParameterSpec(TAG_BITS, nonce));
			cipher.updateAAD(id.toBytes());
			cipher.updateAAD(ByteBuffer.allocate(Integer.BYTES).putInt(status).flip());
			return cipher;
		}

		/**
		 * Returns the name of the key, never the secret.
		 * @return the name
		 */
		@Override
		public String toString() {
			return this.id;
		}

	}

}
