package dev.idempotency.repository.memory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRepositoryContractTests;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.PurgeableIdempotencyRepository;
import dev.idempotency.repository.PurgeableIdempotencyRepositoryContractTests;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class MemoryIdempotencyRepositoryTests {

	@Nested
	class Contract extends IdempotencyRepositoryContractTests {

		@Override
		protected PurgeableIdempotencyRepository createRepository() {
			return new MemoryIdempotencyRepository(100_000, Clock.systemUTC());
		}

	}

	@Nested
	class PurgeContract extends PurgeableIdempotencyRepositoryContractTests {

		@Override
		protected PurgeableIdempotencyRepository createRepository() {
			return new MemoryIdempotencyRepository(100_000, Clock.systemUTC());
		}

	}

	@Nested
	class WhenFull {

		private final SettableClock clock = new SettableClock();

		private final MemoryIdempotencyRepository repository = new MemoryIdempotencyRepository(2, this.clock);

		@Test
		void refusesClaimsAndSaysWhatToDo() {
			this.repository.claim(claim("a"));
			this.repository.claim(claim("b"));
			assertThatExceptionOfType(IdempotencyRepositoryException.class)
				.isThrownBy(() -> this.repository.claim(claim("c")))
				.withMessageContaining("full")
				.withMessageContaining("ttl");
			assertThat(this.repository.find(id("a"))).isPresent();
			assertThat(this.repository.find(id("b"))).isPresent();
		}

		@Test
		void stillAnswersForRecordsItHolds() {
			this.repository.claim(claim("a"));
			this.repository.claim(claim("b"));
			assertThat(this.repository.claim(claim("a"))).isInstanceOf(ClaimResult.Existing.class);
		}

		@Test
		void dropsExpiredRecordsFirst() {
			this.repository.claim(claim("a"));
			this.clock.now = this.clock.now.plusSeconds(30);
			this.repository.claim(claim("b"));
			this.clock.now = this.clock.now.plusSeconds(30);
			assertThat(this.repository.claim(claim("c"))).isInstanceOf(ClaimResult.Acquired.class);
			assertThat(this.repository.find(id("b"))).isPresent();
		}

		@Test
		void hasRoomAgainAfterReleaseAndDelete() {
			this.repository.claim(claim("a"));
			this.repository.claim(claim("b"));
			assertThat(this.repository.release(id("a"), 1)).isTrue();
			assertThat(this.repository.delete(id("b"))).isTrue();
			assertThat(this.repository.claim(claim("c"))).isInstanceOf(ClaimResult.Acquired.class);
			assertThat(this.repository.claim(claim("d"))).isInstanceOf(ClaimResult.Acquired.class);
		}

		@Test
		@DisplayName("its records are bounded by bytes: what has no room is refused, or recorded without content")
		void isBoundedByBytes() {
			MemoryIdempotencyRepository small = new MemoryIdempotencyRepository(100, 4096, this.clock);
			List.of("a", "b", "c", "d").forEach((key) -> small.claim(claim(key)));
			assertThat(small.complete(id("a"), 1, new RecordedResponse(201, new byte[1500]))).isTrue();
			assertThat(small.complete(id("b"), 1, new RecordedResponse(201, new byte[1500]))).isTrue();
			assertThat(content(small, "a")).hasSize(1500);
			assertThat(content(small, "b")).isNull();
			small.claim(claim("e"));
			assertThatExceptionOfType(IdempotencyRepositoryException.class).isThrownBy(() -> small.claim(claim("f")))
				.withMessageContaining("full");
			small.delete(id("a"));
			assertThat(small.claim(claim("f"))).isInstanceOf(ClaimResult.Acquired.class);
			assertThat(small.complete(id("f"), 1, new RecordedResponse(201, new byte[1024]))).isTrue();
			assertThat(content(small, "f")).hasSize(1024);
			this.clock.now = this.clock.now.plusSeconds(61);
			for (int i = 0; i < 20; i++) {
				String key = "after-" + i;
				assertThat(small.claim(claim(key))).isInstanceOf(ClaimResult.Acquired.class);
				small.complete(id(key), 1, new RecordedResponse(201, new byte[3000]));
				assertThat(small.complete(id(key), 1, new RecordedResponse(201, new byte[3000]))).isTrue();
				assertThat(content(small, key)).hasSize(3000);
				this.clock.now = this.clock.now.plusSeconds(61);
			}
		}

		private byte @Nullable [] content(MemoryIdempotencyRepository repository, String key) {
			RecordedResponse response = repository.find(id(key)).orElseThrow().response();
			assertThat(response).isNotNull();
			return response.content();
		}

		private Claim claim(String key) {
			return new Claim(id(key), 1, "operation", Fingerprint.of(new byte[] { 1 }), Duration.ofSeconds(10),
					Duration.ofSeconds(60), null);
		}

		private RecordId id(String key) {
			return RecordId.of("test", "", new IdempotencyKey(key));
		}

	}

	private static final class SettableClock extends Clock {

		private Instant now = Instant.parse("2025-01-01T00:00:00Z");

		@Override
		public ZoneOffset getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(java.time.ZoneId zone) {
			return this;
		}

		@Override
		public Instant instant() {
			return this.now;
		}

	}

}
