package dev.idempotency.autoconfigure;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.idempotency.engine.RecordEncryption;

/**
 * Makes the encryption of records of its configuration, and never shows a secret in what
 * it says about a mistake.
 */
final class EncryptionKeys {

	private static final String PREFIX = "idempotency.encryption.keys[";

	private EncryptionKeys() {
	}

	static RecordEncryption encryption(IdempotencyProperties.Encryption configured) {
		List<RecordEncryption.Key> keys = new ArrayList<>();
		Set<String> ids = new HashSet<>();
		for (IdempotencyProperties.EncryptionKey key : configured.keys()) {
			String property = PREFIX + keys.size() + "]";
			String id = id(property, key.id());
			if (!ids.add(id)) {
				throw IdempotencyConfigurationException.invalidProperty(property + ".id", id,
						"must differ from the ids of the other keys", "2027-01");
			}
			keys.add(new RecordEncryption.Key(id, secret(property, key.secret())));
		}
		if (!keys.isEmpty()) {
			return RecordEncryption.with(keys, configured.acceptPlain());
		}
		if (!configured.acceptPlain()) {
			throw new IdempotencyConfigurationException(
					"The property 'idempotency.encryption.accept-plain' is false, but there is no key to encrypt with: no"
							+ " record could be read again.",
					"Name a key in 'idempotency.encryption.keys', or remove the property.");
		}
		return RecordEncryption.none();
	}

	private static String id(String property, @Nullable String id) {
		if (id == null || id.isEmpty() || id.length() > RecordEncryption.MAX_ID_LENGTH
				|| id.chars().anyMatch((character) -> character <= ' ' || character > '~')) {
			throw IdempotencyConfigurationException.invalidProperty(property + ".id", String.valueOf(id),
					"must be 1 to " + RecordEncryption.MAX_ID_LENGTH + " visible ASCII characters", "2026-01");
		}
		return id;
	}

	private static byte[] secret(String property, @Nullable String secret) {
		try {
			byte[] bytes = Base64.getDecoder().decode((secret != null) ? secret : "");
			if (bytes.length == 16 || bytes.length == 32) {
				return bytes;
			}
			throw invalidSecret(property, "has " + bytes.length * Byte.SIZE + " bits");
		}
		catch (IllegalArgumentException ex) {
			throw invalidSecret(property, "is not Base64");
		}
	}

	private static IdempotencyConfigurationException invalidSecret(String property, String reason) {
		return new IdempotencyConfigurationException(
				"The property '" + property + ".secret' " + reason
						+ ", but must be an AES key of 128 or 256 bits in Base64.",
				"Make a key, for example with 'openssl rand -base64 32', and keep it outside of the configuration file:"
						+ "\n\n    " + property + ".secret=${IDEMPOTENCY_SECRET}");
	}

}
