package dev.idempotency.engine;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LateCompletions}.
 */
class LateCompletionsTests {

	private static final Duration LONG = Duration.ofHours(1);

	private final MemoryIdempotencyRepository repository = new MemoryIdempotencyRepository(10, Clock.systemUTC());

	private final LateCompletions completions = new LateCompletions(this.repository, new LeaseKeeper(this.repository),
			new IdempotencyListener() {
			}, 8200, LONG);

	@Test
	@DisplayName("4.9 late completions are bounded by bytes: first their contents are left out, then they themselves")
	void areBoundedByBytes() {
		List<RecordId> added = IntStream.range(0, 7).mapToObj((i) -> add(1000)).toList();
		this.completions.close();
		assertThat(added.stream().map(this::outcome)).containsExactly("content", "content", "bare", "bare", "bare",
				"bare", "in flight");
	}

	@Test
	@DisplayName("4.9 what a late completion took is free when it is recorded")
	void bytesAreGivenBack() {
		List<RecordId> added = IntStream.range(0, 9).mapToObj((i) -> {
			RecordId id = add(3000 - 1024);
			this.completions.close();
			return id;
		}).toList();
		assertThat(added.stream().map(this::outcome)).containsOnly("content");
	}

	private RecordId add(int contentLength) {
		RecordId id = RecordId.of("", "", new IdempotencyKey(UUID.randomUUID().toString()));
		Claim claim = new Claim(id, id.hashCode(), "test", Fingerprint.of(new byte[32]), LONG, LONG, null);
		this.repository.claim(claim);
		byte[] content = new byte[contentLength];
		Arrays.fill(content, (byte) 1);
		this.completions.add(new HeldClaim(operation(), claim, claim.fingerprint(), null, System.nanoTime()),
				new RecordedResponse(201, content), new IdempotencyRepositoryException("Cut off", null));
		return id;
	}

	private static Operation operation() {
		return new Operation("test", LONG, LONG, Duration.ZERO, AbandonedPolicy.RETRY, RepositoryFailurePolicy.REJECT,
				"urn:test:", false);
	}

	private String outcome(RecordId id) {
		IdempotencyRecord record = this.repository.find(id).orElseThrow();
		RecordedResponse response = record.response();
		if (response == null) {
			return "in flight";
		}
		return (response.content() != null) ? "content" : "bare";
	}

}
