package dev.idempotency.repository.jdbc;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;

/**
 * Claims for what is particular to databases.
 */
final class TestClaims {

	static final RecordedResponse RESPONSE = new RecordedResponse(201, new byte[300]);

	private TestClaims() {
	}

	static Claim claim() {
		return claim(Duration.ofHours(1), Duration.ofHours(24));
	}

	static Claim claim(Duration lease, Duration ttl) {
		return claim(RecordId.of("jdbc", "", new IdempotencyKey(UUID.randomUUID().toString())), lease, ttl);
	}

	static Claim claimOf(RecordId id) {
		return claim(id, Duration.ofHours(1), Duration.ofHours(24));
	}

	private static Claim claim(RecordId id, Duration lease, Duration ttl) {
		byte[] fingerprint = new byte[32];
		ThreadLocalRandom.current().nextBytes(fingerprint);
		return new Claim(id, ThreadLocalRandom.current().nextLong(), "payment-controller-create",
				Fingerprint.of(fingerprint), lease, ttl, null);
	}

}
