package dev.idempotency.repository;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.IdempotencyRecord.State;

import static dev.idempotency.repository.Records.LONG;
import static dev.idempotency.repository.Records.SHORT;
import static dev.idempotency.repository.Records.claim;
import static dev.idempotency.repository.Records.newId;
import static dev.idempotency.repository.Records.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * Holds an {@link IdempotencyRepository} to its Javadoc. Extend it and create the
 * repository; records of earlier tests may be left in its store, because no test uses the
 * id of another.
 *
 * @since 0.1.0
 */
public abstract class IdempotencyRepositoryContractTests {

	private IdempotencyRepository repository;

	/**
	 * Creates the repository to test, once per test.
	 * @return the repository
	 * @throws Exception if it cannot be created
	 */
	protected abstract IdempotencyRepository createRepository() throws Exception;

	@BeforeEach
	void prepareRepository() throws Exception {
		this.repository = createRepository();
	}

	private IdempotencyRepository repository() {
		return this.repository;
	}

	private void assertAcquired(Claim claim) {
		assertThat(this.repository.claim(claim)).isInstanceOf(ClaimResult.Acquired.class);
	}

	private IdempotencyRecord existing(Claim claim) {
		ClaimResult result = this.repository.claim(claim);
		assertThat(result).isInstanceOf(ClaimResult.Existing.class);
		return ((ClaimResult.Existing) result).record();
	}

	private IdempotencyRecord found(RecordId id) {
		return this.repository.find(id).orElseThrow();
	}

	private Claim acquired(Duration lease, Duration ttl) {
		Claim claim = claim(newId(), lease, ttl);
		assertAcquired(claim);
		return claim;
	}

	private Claim abandoned() {
		Claim claim = acquired(SHORT, LONG);
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> found(claim.id()).state() == State.ABANDONED);
		return claim;
	}

	private void letPass(Duration duration) {
		Records.letPass(this.repository, duration);
	}

	private void assertUnchangedBy(RecordId id, ThrowingCallable calls) {
		IdempotencyRecord before = this.repository.find(id).orElse(null);
		assertThatCode(calls).doesNotThrowAnyException();
		assertThat(this.repository.find(id).orElse(null)).isEqualTo(before);
	}

	/** No write of a claim that is not the record's changes anything. */
	private void assertLost(RecordId id, long token) {
		assertUnchangedBy(id, () -> {
			assertThat(this.repository.complete(id, token, response())).isFalse();
			assertThat(this.repository.release(id, token)).isFalse();
			assertThat(this.repository.renew(List.of(new Lease(id, token, LONG.multipliedBy(2))))).containsExactly(id);
		});
	}

	private static byte[] allBytes(int length) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = (byte) i;
		}
		return bytes;
	}

	@Nested
	class AClaim {

		@Test
		void isAcquiredWhenThereIsNoRecord() {
			assertAcquired(claim(newId()));
		}

		@Test
		void isAnsweredWithTheRecordOfTheFirst() {
			Instant before = Instant.now();
			Claim first = claim(newId(), Duration.ofSeconds(30), Duration.ofHours(24));
			assertAcquired(first);
			IdempotencyRecord record = existing(claim(first.id()));
			assertThat(record.state()).isEqualTo(State.IN_FLIGHT);
			assertThat(record.operation()).isEqualTo(first.operation());
			assertThat(record.token()).isEqualTo(first.token());
			assertThat(record.fingerprint()).isEqualTo(first.fingerprint());
			assertThat(record.createdAt()).isBetween(before.minusSeconds(60), Instant.now().plusSeconds(60));
			assertThat(Duration.between(record.createdAt(), record.leaseUntil())).isCloseTo(first.lease(),
					Duration.ofMillis(10));
			assertThat(Duration.between(record.createdAt(), record.expiresAt())).isCloseTo(first.ttl(),
					Duration.ofMillis(10));
			assertThat(record.completedAt()).isNull();
			assertThat(record.response()).isNull();
		}

		@Test
		void changesNothingWhenAnotherIsFirst() {
			Claim first = acquired(LONG, LONG);
			assertUnchangedBy(first.id(), () -> {
				existing(claim(first.id()));
				existing(claim(first.id(), SHORT, SHORT));
				existing(new Claim(first.id(), 1, "other", Fingerprint.of(new byte[0]), LONG, LONG, first.token()));
			});
		}

		@Test
		void storesEveryToken() {
			for (long token : new long[] { Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE }) {
				Claim claim = new Claim(newId(), token, "operation", Fingerprint.of(new byte[] { 1 }), LONG, LONG,
						null);
				assertAcquired(claim);
				assertThat(found(claim.id()).token()).isEqualTo(token);
				assertThat(repository().release(claim.id(), token)).isTrue();
			}
		}

		@Test
		void storesFingerprintsOfUpTo255Bytes() {
			for (int length : new int[] { 1, 32, 255 }) {
				Fingerprint fingerprint = Fingerprint.of(allBytes(length));
				Claim claim = new Claim(newId(), 7, "operation", fingerprint, LONG, LONG, null);
				assertAcquired(claim);
				assertThat(found(claim.id()).fingerprint()).isEqualTo(fingerprint);
			}
		}

		@Test
		void storesOperationsOfUpTo255Characters() {
			String operation = "o".repeat(255);
			Claim claim = new Claim(newId(), 7, operation, Fingerprint.of(new byte[] { 1 }), LONG, LONG, null);
			assertAcquired(claim);
			assertThat(found(claim.id()).operation()).isEqualTo(operation);
		}

		@Test
		void ofAnotherIdIsSeparate() {
			for (List<String> parts : List.of(List.of("n", "a", "b:c"), List.of("n", "a:b", "c"), List.of("n", "", "k"),
					List.of("n", "", "K"), List.of("", "n", "k"), List.of("n", "k", "n"))) {
				String run = newId().toString();
				assertAcquired(claim(RecordId.of(run + parts.get(0), parts.get(1), new IdempotencyKey(parts.get(2)))));
			}
		}

	}

	@Nested
	class ACompletion {

		@Test
		void isReplayedToLaterClaims() {
			Claim claim = acquired(LONG, LONG);
			IdempotencyRecord inFlight = found(claim.id());
			RecordedResponse response = response();
			assertThat(complete(claim, response)).isTrue();
			IdempotencyRecord record = existing(claim(claim.id()));
			assertThat(record.state()).isEqualTo(State.COMPLETED);
			assertThat(record.response()).isEqualTo(response);
			assertThat(record.operation()).isEqualTo(claim.operation());
			assertThat(record.token()).isEqualTo(claim.token());
			assertThat(record.fingerprint()).isEqualTo(claim.fingerprint());
			assertThat(record.createdAt()).isEqualTo(inFlight.createdAt());
			assertThat(record.expiresAt()).isEqualTo(inFlight.expiresAt());
			assertThat(record.completedAt()).isBetween(record.createdAt(), record.createdAt().plusSeconds(60));
		}

		@Test
		void keepsTheContentByteForByte() {
			for (byte[] content : List.of(new byte[0], new byte[1], allBytes(256), allBytes(1 << 20))) {
				Claim claim = acquired(LONG, LONG);
				assertThat(complete(claim, new RecordedResponse(200, content))).isTrue();
				assertThat(replayed(claim)).isEqualTo(new RecordedResponse(200, content));
			}
		}

		@Test
		void keepsThatThereIsNoContent() {
			Claim claim = acquired(LONG, LONG);
			assertThat(complete(claim, new RecordedResponse(200, null))).isTrue();
			assertThat(replayed(claim)).isEqualTo(new RecordedResponse(200, null));
		}

		@Test
		void keepsEveryStatus() {
			for (int status : new int[] { 100, 204, 404, 599, 999 }) {
				Claim claim = acquired(LONG, LONG);
				assertThat(complete(claim, new RecordedResponse(status, new byte[] { 1 }))).isTrue();
				assertThat(replayed(claim).status()).isEqualTo(status);
			}
		}

		@Test
		void canBeRepeatedAndChangesNothing() {
			Claim claim = acquired(LONG, LONG);
			assertThat(complete(claim, response())).isTrue();
			assertUnchangedBy(claim.id(), () -> {
				assertThat(complete(claim, response())).isTrue();
				assertThat(complete(claim, new RecordedResponse(500, null))).isTrue();
			});
		}

		@Test
		void ofARunOutLeaseCountsWhileNobodyTookOver() {
			Claim claim = abandoned();
			RecordedResponse response = response();
			assertThat(complete(claim, response)).isTrue();
			assertThat(replayed(claim)).isEqualTo(response);
		}

		@Test
		void cannotBeReleasedOrRenewed() {
			Claim claim = acquired(LONG, LONG);
			assertThat(complete(claim, response())).isTrue();
			assertUnchangedBy(claim.id(), () -> {
				assertThat(repository().release(claim.id(), claim.token())).isFalse();
				assertThat(repository().renew(List.of(new Lease(claim.id(), claim.token(), LONG))))
					.containsExactly(claim.id());
			});
		}

		@Test
		void cannotBeTakenOver() {
			Claim claim = acquired(SHORT, LONG);
			assertThat(complete(claim, response())).isTrue();
			letPass(SHORT);
			IdempotencyRecord record = existing(claim(claim.id()));
			assertThat(record.state()).isEqualTo(State.COMPLETED);
			assertThat(existing(claim(claim.id()).takingOver(record))).isEqualTo(record);
		}

		private boolean complete(Claim claim, RecordedResponse response) {
			return repository().complete(claim.id(), claim.token(), response);
		}

		private RecordedResponse replayed(Claim claim) {
			RecordedResponse response = existing(claim(claim.id())).response();
			assertThat(response).isNotNull();
			assertThat(found(claim.id()).response()).isEqualTo(response);
			return response;
		}

	}

	@Nested
	class AnOwner {

		@Test
		void freesTheRecordByReleasingIt() {
			Claim claim = acquired(LONG, LONG);
			assertThat(repository().release(claim.id(), claim.token())).isTrue();
			assertThat(repository().find(claim.id())).isEmpty();
			assertAcquired(claim(claim.id()));
		}

		@Test
		void canReleaseAfterItsLeaseWhileNobodyTookOver() {
			Claim claim = abandoned();
			assertThat(repository().release(claim.id(), claim.token())).isTrue();
			assertThat(repository().find(claim.id())).isEmpty();
		}

		@Test
		void losesWithAnotherToken() {
			Claim claim = acquired(LONG, LONG);
			assertLost(claim.id(), claim.token() + 1);
		}

		@Test
		void losesWithAnotherTokenToACompletedRecord() {
			Claim claim = acquired(LONG, LONG);
			repository().complete(claim.id(), claim.token(), response());
			assertLost(claim.id(), claim.token() + 1);
		}

		@Test
		void losesAfterItsClaimWasTakenOver() {
			Claim claim = abandoned();
			assertAcquired(claim(claim.id()).takingOver(found(claim.id())));
			assertLost(claim.id(), claim.token());
		}

		@Test
		void losesAfterRelease() {
			Claim claim = acquired(LONG, LONG);
			repository().release(claim.id(), claim.token());
			assertLost(claim.id(), claim.token());
			assertAcquired(claim(claim.id()));
			assertLost(claim.id(), claim.token());
		}

		@Test
		void losesAfterDeletion() {
			Claim claim = acquired(LONG, LONG);
			assertThat(repository().delete(claim.id())).isTrue();
			assertLost(claim.id(), claim.token());
			assertAcquired(claim(claim.id()));
			assertLost(claim.id(), claim.token());
		}

		@Test
		void losesAfterExpiry() {
			Claim claim = acquired(SHORT, SHORT);
			Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> repository().find(claim.id()).isEmpty());
			assertLost(claim.id(), claim.token());
			assertAcquired(claim(claim.id()));
			assertLost(claim.id(), claim.token());
		}

		@Test
		void keepsTheClaimBeyondItsTtlByRenewing() {
			Claim claim = acquired(LONG, SHORT);
			letPass(SHORT);
			assertThat(repository().renew(List.of(new Lease(claim.id(), claim.token(), LONG)))).isEmpty();
			assertThat(existing(claim(claim.id())).state()).isEqualTo(State.IN_FLIGHT);
			assertThat(found(claim.id()).state()).isEqualTo(State.IN_FLIGHT);
		}

		@Test
		void losesBeyondItsTtlWhenItsLeaseRunsOut() {
			Claim claim = acquired(LONG, SHORT);
			letPass(SHORT);
			repository().renew(List.of(new Lease(claim.id(), claim.token(), SHORT)));
			letPass(SHORT);
			assertThat(repository().find(claim.id())).isEmpty();
			assertLost(claim.id(), claim.token());
			assertAcquired(claim(claim.id()));
		}

		@Test
		void canCompleteBeyondItsTtlButTheRecordIsExpiredAtOnce() {
			Claim claim = acquired(LONG, SHORT);
			letPass(SHORT);
			assertThat(repository().complete(claim.id(), claim.token(), response())).isTrue();
			assertThat(repository().find(claim.id())).isEmpty();
			assertAcquired(claim(claim.id()));
		}

	}

	@Nested
	class ARenewal {

		@Test
		void extendsTheLeaseAndNothingElse() {
			Claim claim = acquired(Duration.ofSeconds(10), LONG);
			IdempotencyRecord before = found(claim.id());
			assertThat(renew(new Lease(claim.id(), claim.token(), Duration.ofSeconds(60)))).isEmpty();
			IdempotencyRecord after = found(claim.id());
			assertThat(after.leaseUntil()).isAfterOrEqualTo(before.createdAt().plusSeconds(60));
			assertThat(after).usingRecursiveComparison().ignoringFields("leaseUntil").isEqualTo(before);
		}

		@Test
		void countsFromNowOn() {
			Claim claim = acquired(LONG, LONG);
			assertThat(renew(new Lease(claim.id(), claim.token(), SHORT))).isEmpty();
			letPass(SHORT);
			assertThat(found(claim.id()).state()).isEqualTo(State.ABANDONED);
		}

		@Test
		void revivesALeaseThatRanOutWhileNobodyTookOver() {
			Claim claim = abandoned();
			assertThat(renew(new Lease(claim.id(), claim.token(), LONG))).isEmpty();
			assertThat(found(claim.id()).state()).isEqualTo(State.IN_FLIGHT);
		}

		@Test
		void ofManyTellsTheLostOnes() {
			List<Lease> leases = new ArrayList<>();
			Set<RecordId> lost = new HashSet<>();
			for (int i = 0; i < 250; i++) {
				Claim claim = acquired(Duration.ofSeconds(10), LONG);
				boolean own = i % 3 != 0;
				leases.add(new Lease(claim.id(), claim.token() + (own ? 0 : 1), Duration.ofSeconds(1000)));
				if (!own) {
					lost.add(claim.id());
				}
			}
			RecordId unknown = newId();
			leases.add(new Lease(unknown, 1, LONG));
			lost.add(unknown);
			assertThat(repository().renew(leases)).containsExactlyInAnyOrderElementsOf(lost);
			assertThat(repository().find(unknown)).isEmpty();
			for (Lease lease : leases) {
				if (!lease.id().equals(unknown)) {
					IdempotencyRecord record = found(lease.id());
					long seconds = Duration.between(record.createdAt(), record.leaseUntil()).toSeconds();
					assertThat(seconds > 500).isEqualTo(!lost.contains(lease.id()));
				}
			}
		}

		@Test
		void ofNothingLosesNothing() {
			assertThat(renew()).isEmpty();
		}

		private Set<RecordId> renew(Lease... leases) {
			return repository().renew(List.of(leases));
		}

	}

	@Nested
	class AnAbandonedClaim {

		@Test
		void isSeenByClaimAndFind() {
			Claim claim = abandoned();
			IdempotencyRecord record = existing(claim(claim.id()));
			assertThat(record.state()).isEqualTo(State.ABANDONED);
			assertThat(record.token()).isEqualTo(claim.token());
			assertThat(record.fingerprint()).isEqualTo(claim.fingerprint());
			assertThat(record.response()).isNull();
			assertThat(found(claim.id())).isEqualTo(record);
		}

		@Test
		void isTakenOverByAClaimThatNamesItsToken() {
			Claim claim = abandoned();
			IdempotencyRecord before = found(claim.id());
			Claim next = claim(claim.id(), Duration.ofMinutes(10), Duration.ofDays(10)).takingOver(before);
			assertAcquired(next);
			IdempotencyRecord after = found(claim.id());
			assertThat(after.state()).isEqualTo(State.IN_FLIGHT);
			assertThat(after.token()).isEqualTo(next.token());
			assertThat(after.fingerprint()).isEqualTo(next.fingerprint());
			assertThat(after.createdAt()).isEqualTo(before.createdAt());
			assertThat(after.expiresAt()).isEqualTo(before.expiresAt());
			assertThat(after.leaseUntil()).isAfterOrEqualTo(before.createdAt().plus(next.lease()));
		}

		@Test
		void canBeCompletedByTheOneThatTookOver() {
			Claim claim = abandoned();
			Claim next = claim(claim.id()).takingOver(found(claim.id()));
			assertAcquired(next);
			RecordedResponse response = response();
			assertThat(repository().complete(claim.id(), next.token(), response)).isTrue();
			assertThat(found(claim.id()).response()).isEqualTo(response);
		}

		@Test
		void isNotTakenOverByAClaimThatNamesAnotherToken() {
			Claim claim = abandoned();
			IdempotencyRecord before = found(claim.id());
			Claim next = new Claim(claim.id(), 1, "operation", claim.fingerprint(), LONG, LONG, claim.token() + 1);
			assertThat(existing(next)).isEqualTo(before);
			assertThat(found(claim.id())).isEqualTo(before);
		}

		@Test
		void isNotTakenOverOnceItsOwnerRenewedIt() {
			Claim claim = abandoned();
			IdempotencyRecord abandoned = found(claim.id());
			repository().renew(List.of(new Lease(claim.id(), claim.token(), LONG)));
			IdempotencyRecord record = existing(claim(claim.id()).takingOver(abandoned));
			assertThat(record.state()).isEqualTo(State.IN_FLIGHT);
			assertThat(record.token()).isEqualTo(claim.token());
		}

		@Test
		void isNotTakenOverTwiceByItsFirstToken() {
			Claim claim = abandoned();
			IdempotencyRecord abandoned = found(claim.id());
			Claim second = claim(claim.id()).takingOver(abandoned);
			assertAcquired(second);
			assertThat(existing(claim(claim.id()).takingOver(abandoned)).token()).isEqualTo(second.token());
		}

		@Test
		void isAnOrdinaryClaimOnceTheRecordIsGone() {
			Claim claim = abandoned();
			IdempotencyRecord abandoned = found(claim.id());
			repository().delete(claim.id());
			Claim next = claim(claim.id(), LONG, Duration.ofDays(10)).takingOver(abandoned);
			assertAcquired(next);
			assertThat(found(claim.id()).expiresAt()).isAfter(abandoned.expiresAt());
		}

		@Test
		void isAnOrdinaryClaimOnceTheRecordHasExpired() {
			Claim claim = acquired(SHORT, SHORT);
			IdempotencyRecord abandoned = new IdempotencyRecord(State.ABANDONED, claim.operation(), claim.token(),
					claim.fingerprint(), Instant.now(), Instant.now(), null, Instant.now(), null);
			letPass(SHORT);
			Claim next = claim(claim.id(), LONG, LONG).takingOver(abandoned);
			assertAcquired(next);
			assertThat(Duration.between(found(claim.id()).createdAt(), found(claim.id()).expiresAt())).isCloseTo(LONG,
					Duration.ofMillis(10));
		}

	}

	@Nested
	class AnExpiredRecord {

		@Test
		void countsAsAbsent() {
			Claim claim = acquired(LONG, SHORT);
			repository().complete(claim.id(), claim.token(), response());
			letPass(SHORT);
			assertThat(repository().find(claim.id())).isEmpty();
			assertThat(repository().delete(claim.id())).isFalse();
		}

		@Test
		void isNoObstacleToAnotherRequest() {
			Claim first = acquired(LONG, SHORT);
			repository().complete(first.id(), first.token(), response());
			letPass(SHORT);
			Claim second = new Claim(first.id(), 1, "other", Fingerprint.of(new byte[] { 1 }), LONG, LONG, null);
			assertAcquired(second);
			IdempotencyRecord record = found(first.id());
			assertThat(record.state()).isEqualTo(State.IN_FLIGHT);
			assertThat(record.operation()).isEqualTo("other");
			assertThat(record.token()).isEqualTo(1);
			assertThat(record.fingerprint()).isEqualTo(second.fingerprint());
			assertThat(record.completedAt()).isNull();
			assertThat(record.response()).isNull();
			assertThat(record.expiresAt()).isEqualTo(record.createdAt().plus(LONG));
			assertLost(first.id(), first.token());
		}

		@Test
		void expiresByTheFirstClaimHoweverOftenItIsReplayed() {
			Duration ttl = Duration.ofMillis(200);
			Claim claim = acquired(LONG, ttl);
			Instant expiresAt = found(claim.id()).expiresAt();
			repository().complete(claim.id(), claim.token(), response());
			Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> {
				ClaimResult result = repository().claim(claim(claim.id()));
				if (result instanceof ClaimResult.Existing existing) {
					assertThat(existing.record().expiresAt()).isEqualTo(expiresAt);
				}
				return result instanceof ClaimResult.Acquired;
			});
			assertThat(found(claim.id()).createdAt()).isAfterOrEqualTo(expiresAt);
		}

	}

	@Nested
	class ADeletion {

		@Test
		void removesARunningClaim() {
			Claim claim = acquired(LONG, LONG);
			assertThat(repository().delete(claim.id())).isTrue();
			assertThat(repository().find(claim.id())).isEmpty();
			assertAcquired(claim(claim.id()));
		}

		@Test
		void removesAnAbandonedClaim() {
			Claim claim = abandoned();
			assertThat(repository().delete(claim.id())).isTrue();
			assertAcquired(claim(claim.id()));
		}

		@Test
		void removesACompletedRecord() {
			Claim claim = acquired(LONG, LONG);
			repository().complete(claim.id(), claim.token(), response());
			assertThat(repository().delete(claim.id())).isTrue();
			assertThat(repository().find(claim.id())).isEmpty();
		}

		@Test
		void tellsThatThereWasNothing() {
			assertThat(repository().delete(newId())).isFalse();
			assertThat(repository().find(newId())).isEmpty();
		}

	}

	@Nested
	class OfSimultaneousCalls {

		@Test
		void exactlyOneClaimIsAcquired() throws Exception {
			try (Crowd crowd = new Crowd(50)) {
				for (int round = 0; round < 200; round++) {
					RecordId id = newId();
					assertOneWinner(id, crowd.all((i) -> {
						Claim claim = claim(id);
						return () -> new Outcome(claim, repository().claim(claim));
					}));
				}
			}
		}

		@Test
		void exactlyOneClaimOfAnExpiredRecordIsAcquired() throws Exception {
			try (Crowd crowd = new Crowd(20)) {
				for (int round = 0; round < 100; round++) {
					RecordId id = newId();
					Claim expired = claim(id, LONG, SHORT);
					assertAcquired(expired);
					if (round % 2 == 0) {
						repository().complete(id, expired.token(), response());
					}
					else {
						repository().renew(List.of(new Lease(id, expired.token(), SHORT)));
					}
					letPass(SHORT);
					assertOneWinner(id, crowd.all((i) -> {
						Claim claim = claim(id);
						return () -> new Outcome(claim, repository().claim(claim));
					}));
				}
			}
		}

		@Test
		void exactlyOneTakeOverIsAcquired() throws Exception {
			try (Crowd crowd = new Crowd(20)) {
				for (int round = 0; round < 100; round++) {
					RecordId id = abandoned().id();
					IdempotencyRecord abandoned = found(id);
					assertOneWinner(id, crowd.all((i) -> {
						Claim claim = claim(id).takingOver(abandoned);
						return () -> new Outcome(claim, repository().claim(claim));
					}));
				}
			}
		}

		@Test
		void eitherTheLateOwnerOrTheTakeOverWins() throws Exception {
			try (Crowd crowd = new Crowd(2)) {
				for (int round = 0; round < 300; round++) {
					Claim late = abandoned();
					Claim next = claim(late.id()).takingOver(found(late.id()));
					RecordedResponse response = response();
					List<Boolean> won = crowd
						.all((i) -> (i == 0) ? () -> repository().complete(late.id(), late.token(), response)
								: () -> repository().claim(next) instanceof ClaimResult.Acquired);
					assertThat(won).containsExactlyInAnyOrder(true, false);
					IdempotencyRecord record = found(late.id());
					assertThat(record.token()).isEqualTo(won.get(0) ? late.token() : next.token());
					assertThat(record.state()).isEqualTo(won.get(0) ? State.COMPLETED : State.IN_FLIGHT);
				}
			}
		}

		@Test
		void eitherTheRenewalOrTheTakeOverWins() throws Exception {
			try (Crowd crowd = new Crowd(2)) {
				for (int round = 0; round < 300; round++) {
					Claim late = abandoned();
					Claim next = claim(late.id()).takingOver(found(late.id()));
					List<Boolean> won = crowd.all((i) -> (i == 0)
							? () -> repository().renew(List.of(new Lease(late.id(), late.token(), LONG))).isEmpty()
							: () -> repository().claim(next) instanceof ClaimResult.Acquired);
					assertThat(won).containsExactlyInAnyOrder(true, false);
					assertThat(found(late.id()).token()).isEqualTo(won.get(0) ? late.token() : next.token());
				}
			}
		}

		@Test
		void eachOfManyKeysIsAcquiredOnce() throws Exception {
			int keys = 3_000;
			int duplicates = 6;
			List<RecordId> ids = new ArrayList<>();
			for (int i = 0; i < keys; i++) {
				ids.add(newId());
			}
			Map<RecordId, LongAdder> acquired = new ConcurrentHashMap<>();
			AtomicInteger next = new AtomicInteger();
			try (Crowd crowd = new Crowd(24)) {
				crowd.all((i) -> () -> {
					for (int n = next.getAndIncrement(); n < keys * duplicates; n = next.getAndIncrement()) {
						RecordId id = ids.get(n / duplicates);
						if (repository().claim(claim(id)) instanceof ClaimResult.Acquired) {
							acquired.computeIfAbsent(id, (key) -> new LongAdder()).increment();
						}
					}
					return next.get();
				});
			}
			assertThat(acquired).hasSize(keys);
			assertThat(acquired.values()).allMatch((times) -> times.sum() == 1);
		}

		@Test
		void atMostOneOwnsARecordThatIsClaimedAndReleasedAllTheTime() throws Exception {
			RecordId id = newId();
			AtomicInteger owners = new AtomicInteger();
			AtomicInteger ownerships = new AtomicInteger();
			try (Crowd crowd = new Crowd(16)) {
				crowd.all((i) -> () -> {
					while (ownerships.get() < 1_000) {
						Claim claim = claim(id);
						if (repository().claim(claim) instanceof ClaimResult.Acquired) {
							assertThat(owners.incrementAndGet()).isOne();
							ownerships.incrementAndGet();
							owners.decrementAndGet();
							assertThat(repository().release(id, claim.token())).isTrue();
						}
					}
					return ownerships.get();
				});
			}
		}

		@Test
		void everyOwnerCompletesARecordThatExpiresAllTheTime() throws Exception {
			RecordId id = newId();
			AtomicInteger owners = new AtomicInteger();
			AtomicInteger ownerships = new AtomicInteger();
			try (Crowd crowd = new Crowd(16)) {
				crowd.all((i) -> () -> {
					while (ownerships.get() < 300) {
						Claim claim = claim(id, LONG, SHORT);
						if (repository().claim(claim) instanceof ClaimResult.Acquired) {
							assertThat(owners.incrementAndGet()).isOne();
							ownerships.incrementAndGet();
							owners.decrementAndGet();
							assertThat(repository().complete(id, claim.token(), response())).isTrue();
						}
					}
					return ownerships.get();
				});
			}
		}

		private void assertOneWinner(RecordId id, List<Outcome> outcomes) {
			List<Outcome> winners = outcomes.stream()
				.filter((outcome) -> outcome.result() instanceof ClaimResult.Acquired)
				.toList();
			assertThat(winners).hasSize(1);
			long token = winners.get(0).claim().token();
			for (Outcome outcome : outcomes) {
				if (outcome.result() instanceof ClaimResult.Existing existing) {
					assertThat(existing.record().token()).isEqualTo(token);
					assertThat(existing.record().state()).isEqualTo(State.IN_FLIGHT);
				}
			}
			assertThat(found(id).token()).isEqualTo(token);
		}

	}

	private record Outcome(Claim claim, ClaimResult result) {
	}

}
