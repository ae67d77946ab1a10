package dev.idempotency.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.UnreadableRecordException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RecordEncryption}.
 */
class RecordEncryptionTests {

	private static final byte[] SECRET = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

	private static final Fingerprint REQUEST = Fingerprint.of(new byte[32]);

	private static final Fingerprint OTHER_REQUEST = Fingerprint.of(new byte[] { 1 });

	private final RecordId id = RecordId.of("", "", new IdempotencyKey("one"));

	private final RecordId otherId = RecordId.of("", "", new IdempotencyKey("two"));

	private final RecordEncryption encryption = with("a");

	private static RecordEncryption with(String... ids) {
		return RecordEncryption
			.with(List.of(ids).stream().map((name) -> new RecordEncryption.Key(name, SECRET)).toList(), true);
	}

	@Test
	@DisplayName("7.5 the fingerprint of a record means nothing in another one")
	void fingerprintsAreBoundToTheirRecord() {
		Fingerprint recorded = this.encryption.encrypt(this.id, REQUEST);
		assertThat(this.encryption.matches(this.id, recorded, REQUEST)).isTrue();
		assertThat(this.encryption.matches(this.id, recorded, OTHER_REQUEST)).isFalse();
		assertThat(this.encryption.matches(this.otherId, recorded, REQUEST)).isFalse();
		assertThat(this.encryption.encrypt(this.otherId, REQUEST)).isNotEqualTo(recorded);
	}

	@Test
	@DisplayName("5.13 fingerprints of the format without the identity of their record are still compared")
	void comparesFingerprintsOfTheOldFormat() throws GeneralSecurityException {
		byte[] digest = hmac(hmac(SECRET, "fingerprint".getBytes(StandardCharsets.US_ASCII)), REQUEST.toBytes());
		Fingerprint old = Fingerprint
			.of(ByteBuffer.allocate(2 + digest.length).put(new byte[] { 1, 'a' }).put(digest).array());
		assertThat(this.encryption.matches(this.id, old, REQUEST)).isTrue();
		assertThat(this.encryption.matches(this.id, old, OTHER_REQUEST)).isFalse();
	}

	@Test
	@DisplayName("5.13 the key that a record names is the one by which it is compared")
	void comparesByTheKeyOfTheRecord() {
		Fingerprint recorded = with("b", "a").encrypt(this.id, REQUEST);
		assertThat(with("a", "b").matches(this.id, recorded, REQUEST)).isTrue();
		assertThatExceptionOfType(UnreadableRecordException.class)
			.isThrownBy(() -> this.encryption.matches(this.id, recorded, REQUEST));
		assertThatExceptionOfType(UnreadableRecordException.class)
			.isThrownBy(() -> RecordEncryption.none().matches(this.id, recorded, OTHER_REQUEST));
	}

	private static byte[] hmac(byte[] key, byte[] text) throws GeneralSecurityException {
		Mac mac = Mac.getInstance("HmacSHA256");
		mac.init(new SecretKeySpec(key, "HmacSHA256"));
		return mac.doFinal(text);
	}

}
