package dev.idempotency.engine;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.IdempotencyInFlightException;
import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotencyKeyReusedException;
import dev.idempotency.IdempotencyNotReplayableException;
import dev.idempotency.IdempotencyOutcomeUnknownException;
import dev.idempotency.IdempotencyRepositoryUnavailableException;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.UnreadableRecordException;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link IdempotencyEngine}.
 */
class IdempotencyEngineTests {

	private static final Duration LEASE = Duration.ofSeconds(30);

	private static final Duration SHORT_LEASE = Duration.ofMillis(150);

	private static final StoredResponse RESPONSE = new StoredResponse(201, List.of(),
			ByteBuffer.wrap(new byte[] { 1 }));

	private static final Fingerprint FINGERPRINT = Fingerprint.of(new byte[] { 1 });

	private final MemoryIdempotencyRepository repository = new MemoryIdempotencyRepository(100, Clock.systemUTC());

	private final Events events = new Events();

	private final IdempotencyEngine engine = new IdempotencyEngine(this.repository, SHORT_LEASE, this.events);

	private final RecordId id = RecordId.of("", "", new IdempotencyKey(UUID.randomUUID().toString()));

	@AfterEach
	void close() {
		this.engine.close();
	}

	private static Operation briefly() {
		return new Operation("test", Duration.ofHours(1), SHORT_LEASE, Duration.ZERO, AbandonedPolicy.RETRY,
				RepositoryFailurePolicy.REJECT, "urn:test:", false);
	}

	private static Operation operation() {
		return operation(AbandonedPolicy.RETRY, Duration.ZERO, RepositoryFailurePolicy.REJECT);
	}

	private static Operation operation(AbandonedPolicy abandoned, Duration wait, RepositoryFailurePolicy onFailure) {
		return new Operation("test", Duration.ofHours(1), LEASE, wait, abandoned, onFailure, "urn:test:", false);
	}

	private HeldClaim run(IdempotencyEngine runner) {
		return run(runner, operation());
	}

	private HeldClaim run(IdempotencyEngine runner, Operation operation) {
		Decision decision = runner.begin(operation, this.id, FINGERPRINT);
		assertThat(decision).isInstanceOf(Decision.Run.class);
		return ((Decision.Run) decision).claim();
	}

	/** An engine that died: its claims are not renewed any more. */
	private HeldClaim abandonedClaim() {
		IdempotencyEngine dead = new IdempotencyEngine(this.repository, LEASE, new Events());
		HeldClaim claim = run(dead, briefly());
		dead.close();
		Awaitility.await().until(() -> state() == IdempotencyRecord.State.ABANDONED);
		return claim;
	}

	private IdempotencyRecord.State state() {
		return this.repository.find(this.id).orElseThrow().state();
	}

	@Test
	@DisplayName("5.12 no token follows from the one before it")
	void tokensDoNotFollowFromEachOther() {
		long first = nextToken();
		long second = nextToken();
		long third = nextToken();
		assertThat(third - second).isNotEqualTo(second - first);
	}

	private long nextToken() {
		HeldClaim claim = run(this.engine);
		this.engine.release(claim);
		return claim.token();
	}

	@Test
	void replaysWhatWasCompleted() {
		HeldClaim claim = run(this.engine);
		assertThat(this.engine.inFlight()).isEqualTo(1);
		assertThat(this.engine.complete(claim, 201, RESPONSE)).isInstanceOf(Completion.Recorded.class);
		assertThat(this.engine.inFlight()).isZero();
		assertThat(this.engine.begin(operation(), this.id, FINGERPRINT)).isEqualTo(new Decision.Replay(RESPONSE));
	}

	@Test
	void runsAgainWhatWasReleased() {
		this.engine.release(run(this.engine));
		assertThat(this.engine.inFlight()).isZero();
		run(this.engine);
	}

	@Test
	void refusesADuplicateOfARunningRequest() {
		run(this.engine);
		assertThatExceptionOfType(IdempotencyInFlightException.class)
			.isThrownBy(() -> this.engine.begin(operation(), this.id, FINGERPRINT))
			.satisfies((ex) -> assertThat(ex.getHeaders().getFirst("Retry-After")).isEqualTo("1"));
	}

	@Test
	void refusesAnotherRequestUnderTheKeyOfARunningOne() {
		run(this.engine);
		Fingerprint other = Fingerprint.of(new byte[] { 2 });
		assertThatExceptionOfType(IdempotencyKeyReusedException.class)
			.isThrownBy(() -> this.engine.begin(operation(), this.id, other));
	}

	@Test
	void renewsTheLeaseOfARunningRequest() {
		HeldClaim claim = run(this.engine, briefly());
		IdempotencyRecord first = this.repository.find(this.id).orElseThrow();
		Awaitility.await()
			.until(() -> this.repository.find(this.id)
				.orElseThrow()
				.leaseUntil()
				.isAfter(first.leaseUntil().plus(SHORT_LEASE)));
		assertThat(this.engine.complete(claim, 201, RESPONSE)).isInstanceOf(Completion.Recorded.class);
	}

	@Test
	void takesOverAnAbandonedClaimAndTheLateOwnerGetsTheWinnersResponse() {
		HeldClaim late = abandonedClaim();
		HeldClaim winner = run(this.engine);
		assertThat(this.events.abandoned).hasValue(1);
		assertThatExceptionOfType(IdempotencyInFlightException.class)
			.isThrownBy(() -> this.engine.complete(late, 200, RESPONSE));
		this.engine.release(late);
		assertThat(state()).isEqualTo(IdempotencyRecord.State.IN_FLIGHT);
		this.engine.complete(winner, 201, RESPONSE);
		assertThat(this.engine.complete(late, 200, RESPONSE)).isEqualTo(new Completion.Superseded(RESPONSE));
		assertThat(this.events.lost).hasValue(3);
	}

	@Test
	void leavesAnAbandonedClaimToTheOperatorIfToldSo() {
		abandonedClaim();
		Operation strict = operation(AbandonedPolicy.REJECT, Duration.ZERO, RepositoryFailurePolicy.REJECT);
		assertThatExceptionOfType(IdempotencyOutcomeUnknownException.class)
			.isThrownBy(() -> this.engine.begin(strict, this.id, FINGERPRINT));
		this.repository.delete(this.id);
		assertThat(this.engine.begin(strict, this.id, FINGERPRINT)).isInstanceOf(Decision.Run.class);
	}

	@Test
	void deliversTheResponseOfAnOwnerWhoseRecordWasDeleted() {
		HeldClaim claim = run(this.engine);
		this.repository.delete(this.id);
		assertThat(this.engine.complete(claim, 201, RESPONSE)).isInstanceOf(Completion.Unrecorded.class);
	}

	@Test
	void refusesToReplayWhatWasTooLargeToRecord() {
		this.engine.complete(run(this.engine), 201, null);
		assertThatExceptionOfType(IdempotencyNotReplayableException.class)
			.isThrownBy(() -> this.engine.begin(operation(), this.id, FINGERPRINT));
	}

	@Test
	void neverRunsWhatCannotBeReadAgain() {
		HeldClaim claim = run(this.engine);
		this.repository.complete(claim.id(), claim.token(), new RecordedResponse(201, new byte[] { 99 }));
		Operation lenient = operation(AbandonedPolicy.RETRY, Duration.ZERO, RepositoryFailurePolicy.PROCEED);
		assertThatExceptionOfType(IdempotencyRepositoryUnavailableException.class)
			.isThrownBy(() -> this.engine.begin(lenient, this.id, FINGERPRINT))
			.withCauseInstanceOf(UnreadableRecordException.class);
		assertThat(this.events.failures).hasValue(1);
	}

	@Test
	void waitsForTheResponseOfARunningRequest() throws Exception {
		HeldClaim claim = run(this.engine);
		Operation patient = operation(AbandonedPolicy.RETRY, Duration.ofSeconds(30), RepositoryFailurePolicy.REJECT);
		List<Decision> decisions = new ArrayList<>();
		Thread duplicate = new Thread(() -> decisions.add(this.engine.begin(patient, this.id, FINGERPRINT)));
		duplicate.start();
		Awaitility.await().until(() -> duplicate.getState() == Thread.State.TIMED_WAITING);
		this.engine.complete(claim, 201, RESPONSE);
		duplicate.join();
		assertThat(decisions).containsExactly(new Decision.Replay(RESPONSE));
	}

	@Test
	void stopsWaitingWhenInterrupted() throws Exception {
		run(this.engine);
		Operation patient = operation(AbandonedPolicy.RETRY, Duration.ofSeconds(30), RepositoryFailurePolicy.REJECT);
		List<RuntimeException> refusals = new ArrayList<>();
		Thread duplicate = new Thread(() -> {
			try {
				this.engine.begin(patient, this.id, FINGERPRINT);
			}
			catch (RuntimeException ex) {
				refusals.add(ex);
			}
		});
		duplicate.start();
		Awaitility.await().until(() -> duplicate.getState() == Thread.State.TIMED_WAITING);
		duplicate.interrupt();
		duplicate.join();
		assertThat(refusals).hasOnlyElementsOfType(IdempotencyInFlightException.class).hasSize(1);
	}

	@Test
	void refusesOrProceedsWhenTheRepositoryIsDown() {
		MemoryIdempotencyRepository full = new MemoryIdempotencyRepository(1, Clock.systemUTC());
		try (IdempotencyEngine other = new IdempotencyEngine(full, LEASE, this.events)) {
			other.begin(operation(), RecordId.of("", "", new IdempotencyKey("other")), FINGERPRINT);
			assertThatExceptionOfType(IdempotencyRepositoryUnavailableException.class)
				.isThrownBy(() -> other.begin(operation(), this.id, FINGERPRINT))
				.withCauseInstanceOf(IdempotencyRepositoryException.class);
			Operation lenient = operation(AbandonedPolicy.RETRY, Duration.ZERO, RepositoryFailurePolicy.PROCEED);
			assertThat(other.begin(lenient, this.id, FINGERPRINT)).isInstanceOf(Decision.Bypass.class);
		}
	}

	@Test
	void triesAFailedCompletionAgain() {
		Outages outages = new Outages();
		IdempotencyRepository flaky = outages.of(this.repository);
		try (IdempotencyEngine other = new IdempotencyEngine(flaky, LEASE, this.events)) {
			HeldClaim claim = run(other);
			outages.next(2);
			assertThat(other.complete(claim, 201, RESPONSE)).isInstanceOf(Completion.Recorded.class);
			assertThat(state()).isEqualTo(IdempotencyRecord.State.COMPLETED);
		}
	}

	@Test
	void keepsTheKeyClaimedWhenTheCompletionKeepsFailing() {
		Outages outages = new Outages();
		IdempotencyRepository flaky = outages.of(this.repository);
		try (IdempotencyEngine other = new IdempotencyEngine(flaky, LEASE, this.events)) {
			HeldClaim claim = run(other);
			outages.next(Integer.MAX_VALUE);
			assertThat(other.complete(claim, 201, RESPONSE)).isInstanceOf(Completion.Unrecorded.class);
			assertThat(this.repository.find(this.id)).isPresent();
		}
	}

	@Test
	void recordsLateWhatAnOutageLongerThanTheLeaseHeldUp() {
		Outages outages = new Outages();
		try (IdempotencyEngine other = new IdempotencyEngine(outages.of(this.repository), SHORT_LEASE, this.events)) {
			HeldClaim claim = run(other, briefly());
			outages.next(Integer.MAX_VALUE);
			assertThat(other.complete(claim, 201, RESPONSE)).isInstanceOf(Completion.Unrecorded.class);
			assertThat(other.inFlight()).isEqualTo(1);
			assertThat(state()).isEqualTo(IdempotencyRecord.State.ABANDONED);
			outages.next(0);
			Awaitility.await().until(() -> state() == IdempotencyRecord.State.COMPLETED);
			assertThat(other.begin(operation(), this.id, FINGERPRINT)).isEqualTo(new Decision.Replay(RESPONSE));
			Awaitility.await().until(() -> other.inFlight() == 0);
		}
	}

	@Test
	void leavesTheRecordAloneWhenTheClaimWasTakenOverDuringTheOutage() {
		Outages outages = new Outages();
		try (IdempotencyEngine other = new IdempotencyEngine(outages.of(this.repository), SHORT_LEASE, this.events)) {
			HeldClaim claim = run(other, briefly());
			outages.next(Integer.MAX_VALUE);
			other.complete(claim, 201, RESPONSE);
			HeldClaim winner = run(this.engine);
			outages.next(0);
			Awaitility.await().until(() -> other.inFlight() == 0);
			assertThat(this.events.lost).hasValue(1);
			assertThat(this.engine.complete(winner, 204, RESPONSE)).isInstanceOf(Completion.Recorded.class);
		}
	}

	@Test
	void recordsWhatAnOutageHeldUpWhenItStops() {
		Outages outages = new Outages();
		try (IdempotencyEngine other = new IdempotencyEngine(outages.of(this.repository), LEASE, this.events)) {
			HeldClaim claim = run(other);
			outages.next(Integer.MAX_VALUE);
			other.complete(claim, 201, RESPONSE);
			outages.next(0);
		}
		assertThat(state()).isEqualTo(IdempotencyRecord.State.COMPLETED);
	}

	@Test
	void leavesAResponseThatTheRepositoryKeepsRefusingToTheLease() {
		Outages outages = new Outages();
		try (IdempotencyEngine other = new IdempotencyEngine(outages.of(this.repository, "complete"), SHORT_LEASE,
				this.events)) {
			HeldClaim claim = run(other, briefly());
			outages.next(Integer.MAX_VALUE);
			assertThat(other.complete(claim, 201, RESPONSE)).isInstanceOf(Completion.Unrecorded.class);
			assertThat(state()).isEqualTo(IdempotencyRecord.State.IN_FLIGHT);
			Awaitility.await().until(() -> other.inFlight() == 0);
			Awaitility.await().until(() -> state() == IdempotencyRecord.State.ABANDONED);
		}
	}

	@Test
	void refusesTheLateOwnerWhoseWinnerCannotBeRead() {
		Outages outages = new Outages();
		try (IdempotencyEngine other = new IdempotencyEngine(outages.of(this.repository, "find"), LEASE, this.events)) {
			HeldClaim claim = run(other, briefly());
			other.stopRenewing(claim);
			Awaitility.await().until(() -> state() == IdempotencyRecord.State.ABANDONED);
			run(this.engine);
			outages.next(1);
			assertThatExceptionOfType(IdempotencyRepositoryUnavailableException.class)
				.isThrownBy(() -> other.complete(claim, 201, RESPONSE));
			assertThat(this.events.lost).hasValue(1);
		}
	}

	@Test
	void survivesAFailingReleaseAndFailingRenewals() {
		Outages outages = new Outages();
		IdempotencyRepository flaky = outages.of(this.repository);
		try (IdempotencyEngine other = new IdempotencyEngine(flaky, SHORT_LEASE, this.events)) {
			HeldClaim claim = run(other, briefly());
			outages.next(Integer.MAX_VALUE);
			Awaitility.await().until(() -> outages.count() > 1);
			outages.next(0);
			Awaitility.await().until(() -> state() == IdempotencyRecord.State.IN_FLIGHT);
			outages.next(1);
			other.release(claim);
			assertThat(this.repository.find(this.id)).isPresent();
		}
	}

	@Test
	@DisplayName("4.9 renewal goes on after an Error")
	void renewsAfterAnError() {
		Outages errors = new Outages(() -> new OutOfMemoryError("For a moment"));
		try (IdempotencyEngine other = new IdempotencyEngine(errors.of(this.repository, "renew"), SHORT_LEASE,
				this.events)) {
			errors.next(2);
			HeldClaim claim = run(other, briefly());
			Awaitility.await().until(() -> errors.count() == 2);
			Awaitility.await().until(() -> this.events.calls().contains("renew renewed"));
			assertThat(other.complete(claim, 201, RESPONSE)).isInstanceOf(Completion.Recorded.class);
		}
	}

	@Test
	@DisplayName("4.9 renewal goes on while a late completion hangs")
	void renewsWhileALateCompletionHangs() throws Exception {
		Thread client = Thread.currentThread();
		CountDownLatch hanging = new CountDownLatch(1);
		CountDownLatch mayEnd = new CountDownLatch(1);
		Outages outages = new Outages(() -> {
			if (Thread.currentThread() != client) {
				hanging.countDown();
				awaitUninterrupted(mayEnd);
			}
			return new IdempotencyRepositoryException("Cut off", null);
		});
		try (IdempotencyEngine other = new IdempotencyEngine(outages.of(this.repository, "complete"), SHORT_LEASE,
				this.events)) {
			HeldClaim late = run(other, briefly());
			outages.next(Integer.MAX_VALUE);
			other.complete(late, 201, RESPONSE);
			hanging.await();
			RecordId running = RecordId.of("", "", new IdempotencyKey("running"));
			other.begin(briefly(), running, FINGERPRINT);
			try {
				assertThat(isRenewed(late.id())).isTrue();
				assertThat(isRenewed(running)).isTrue();
			}
			finally {
				mayEnd.countDown();
			}
		}
	}

	@Test
	@DisplayName("4.9 one thread renews all leases, those of late completions included, for it has a connection of its own")
	void onlyTheRenewerRenews() {
		Set<String> threads = ConcurrentHashMap.newKeySet();
		Outages outages = new Outages();
		Outages renewals = new Outages(() -> {
			threads.add(Thread.currentThread().getName());
			return new IdempotencyRepositoryException("Cut off", null);
		});
		IdempotencyRepository cut = renewals.of(outages.of(this.repository, "complete"), "renew");
		try (IdempotencyEngine other = new IdempotencyEngine(cut, SHORT_LEASE, this.events)) {
			HeldClaim late = run(other, briefly());
			outages.next(Integer.MAX_VALUE);
			renewals.next(10);
			other.complete(late, 201, RESPONSE);
			outages.next(0);
			Awaitility.await().until(() -> state() == IdempotencyRecord.State.COMPLETED);
			assertThat(renewals.count()).isEqualTo(10);
		}
		assertThat(threads).containsExactly("idempotency-leases");
	}

	private boolean isRenewed(RecordId record) {
		Instant end = this.repository.find(record).orElseThrow().leaseUntil();
		Awaitility.await().until(() -> Instant.now().isAfter(end));
		return this.repository.find(record).orElseThrow().state() == IdempotencyRecord.State.IN_FLIGHT;
	}

	private static void awaitUninterrupted(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	@DisplayName("4.9 a late completion that is always refused holds up no other")
	void recordsLateBesideOneThatIsRefused() {
		Outages outages = new Outages();
		Outages refusals = new Outages();
		IdempotencyRepository refusing = refusals.of(this.repository, "complete", this.id);
		try (IdempotencyEngine other = new IdempotencyEngine(outages.of(refusing, "complete"), LEASE, this.events)) {
			HeldClaim refused = run(other);
			RecordId another = RecordId.of("", "", new IdempotencyKey("another"));
			Decision.Run run = (Decision.Run) other.begin(operation(), another, FINGERPRINT);
			refusals.next(Integer.MAX_VALUE);
			outages.next(Integer.MAX_VALUE);
			other.complete(refused, 201, RESPONSE);
			other.complete(run.claim(), 201, RESPONSE);
			outages.next(0);
			Awaitility.await()
				.until(() -> this.repository.find(another).orElseThrow().state() == IdempotencyRecord.State.COMPLETED);
			assertThat(other.inFlight()).isPositive();
			refusals.next(0);
		}
		assertThat(state()).isEqualTo(IdempotencyRecord.State.COMPLETED);
	}

	@Test
	void renewsTheClaimThatTookOverOneOfTheSameProcess() {
		Outages renewals = new Outages();
		IdempotencyRepository flaky = renewals.of(this.repository, "renew");
		try (IdempotencyEngine other = new IdempotencyEngine(flaky, SHORT_LEASE, this.events)) {
			renewals.next(Integer.MAX_VALUE);
			HeldClaim late = run(other, briefly());
			Awaitility.await().until(() -> state() == IdempotencyRecord.State.ABANDONED);
			HeldClaim winner = run(other, briefly());
			Awaitility.await().until(() -> winner.isDue(System.nanoTime()));
			renewals.next(0);
			Awaitility.await().until(() -> other.inFlight() == 1);
			Awaitility.await().until(() -> state() == IdempotencyRecord.State.IN_FLIGHT);
			assertThat(other.complete(winner, 201, RESPONSE)).isInstanceOf(Completion.Recorded.class);
			assertThat(other.complete(late, 201, RESPONSE)).isInstanceOf(Completion.Superseded.class);
		}
	}

	@Test
	void aFailingListenerDisturbsNobody() {
		IdempotencyListeners listeners = new IdempotencyListeners(List.of(new FailingListener(), this.events));
		try (IdempotencyEngine other = new IdempotencyEngine(this.repository, LEASE, listeners)) {
			HeldClaim claim = run(other);
			other.complete(claim, 201, RESPONSE);
			other.ended(operation(), Outcome.MISS, this.id, System.nanoTime());
			assertThat(this.events.calls()).contains("claim acquired", "complete recorded");
			assertThat(this.events.requests).containsExactly("test miss");
		}
	}

	/**
	 * Counts what it is told.
	 */
	private static final class Events implements IdempotencyListener {

		private final AtomicInteger lost = new AtomicInteger();

		private final AtomicInteger abandoned = new AtomicInteger();

		private final AtomicInteger failures = new AtomicInteger();

		private final List<String> calls = new ArrayList<>();

		private final List<String> requests = new ArrayList<>();

		@Override
		public void onRequest(String operation, Outcome outcome, @Nullable RecordId recordId, long nanos) {
			this.requests.add(operation + " " + outcome.tag());
		}

		@Override
		public synchronized void onRepositoryCall(RepositoryCall call, String result, long nanos) {
			this.calls.add(call.tag() + " " + result);
		}

		private synchronized List<String> calls() {
			return List.copyOf(this.calls);
		}

		@Override
		public void onRepositoryFailure(RepositoryCall call, RuntimeException failure) {
			this.failures.incrementAndGet();
		}

		@Override
		public void onEvent(IdempotencyEvent event) {
			if (event instanceof IdempotencyEvent.LeaseLost) {
				this.lost.incrementAndGet();
			}
			else if (event instanceof IdempotencyEvent.LeaseAbandoned) {
				this.abandoned.incrementAndGet();
			}
		}

	}

	/**
	 * Fails whatever it is told.
	 */
	private static final class FailingListener implements IdempotencyListener {

		@Override
		public void onRequest(String operation, Outcome outcome, @Nullable RecordId recordId, long nanos) {
			throw new IllegalStateException("Out of order");
		}

		@Override
		public void onRepositoryCall(RepositoryCall call, String result, long nanos) {
			throw new IllegalStateException("Out of order");
		}

	}

}
