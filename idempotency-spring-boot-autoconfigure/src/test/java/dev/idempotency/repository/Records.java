package dev.idempotency.repository;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

import org.awaitility.Awaitility;

import dev.idempotency.IdempotencyKey;

/**
 * Ids, claims and the passing of time for the contract suites.
 */
final class Records {

	static final Duration LONG = Duration.ofHours(1);

	static final Duration SHORT = Duration.ofMillis(1);

	private Records() {
	}

	static RecordId newId() {
		return RecordId.of("contract", "", new IdempotencyKey(UUID.randomUUID().toString()));
	}

	static Claim claim(RecordId id) {
		return claim(id, LONG, LONG);
	}

	static Claim claim(RecordId id, Duration lease, Duration ttl) {
		byte[] fingerprint = new byte[32];
		ThreadLocalRandom.current().nextBytes(fingerprint);
		return new Claim(id, ThreadLocalRandom.current().nextLong(), "payment-controller-create",
				Fingerprint.of(fingerprint), lease, ttl, null);
	}

	static RecordedResponse response() {
		byte[] content = new byte[300];
		ThreadLocalRandom.current().nextBytes(content);
		return new RecordedResponse(201, content);
	}

	/**
	 * Waits until the clock of the store has advanced.
	 * @param repository the repository of the store
	 * @param duration by how much
	 */
	static void letPass(IdempotencyRepository repository, Duration duration) {
		RecordId witness = newId();
		repository.claim(claim(witness, duration, duration));
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> repository.find(witness).isEmpty());
	}

}
