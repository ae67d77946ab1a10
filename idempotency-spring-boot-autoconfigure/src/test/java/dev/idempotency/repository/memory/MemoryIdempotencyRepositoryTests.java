package dev.idempotency.repository.memory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

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
