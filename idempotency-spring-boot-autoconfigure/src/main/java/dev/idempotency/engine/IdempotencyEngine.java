package dev.idempotency.engine;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyInFlightException;
import dev.idempotency.IdempotencyKeyReusedException;
import dev.idempotency.IdempotencyNotReplayableException;
import dev.idempotency.IdempotencyOutcomeUnknownException;
import dev.idempotency.IdempotencyRepositoryUnavailableException;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.UnreadableRecordException;

/**
 * Decides which request runs and what the others are answered.
 *
 * @since 0.1.0
 */
public final class IdempotencyEngine implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(IdempotencyEngine.class);

	private static final long RETRY_AFTER_SECONDS = 1;

	/** How long a failed completion is tried again while the client waits. */
	private static final Duration COMPLETION_PATIENCE = Duration.ofSeconds(2);

	private final IdempotencyRepository repository;

	private final LeaseKeeper leases;

	private final IdempotencyListener listener;

	private final RecordEncryption encryption;

	/**
	 * Tokens count up from a random start of this process: no two claims of a process
	 * share one, and two processes would have to meet within 64 random bits on the same
	 * record.
	 */
	private final AtomicLong tokens = new AtomicLong(new SecureRandom().nextLong());

	/**
	 * Creates an engine and starts its renewal of leases.
	 * @param repository the store of records
	 * @param shortestLease the shortest lease of any operation
	 * @param listener told of what happens
	 */
	public IdempotencyEngine(IdempotencyRepository repository, Duration shortestLease, IdempotencyListener listener) {
		this(repository, shortestLease, listener, RecordEncryption.none());
	}

	/**
	 * Creates an engine that encrypts its records, and starts its renewal of leases.
	 * @param repository the store of records
	 * @param shortestLease the shortest lease of any operation
	 * @param listener told of what happens
	 * @param encryption encrypts the records
	 */
	public IdempotencyEngine(IdempotencyRepository repository, Duration shortestLease, IdempotencyListener listener,
			RecordEncryption encryption) {
		this.encryption = encryption;
		this.repository = new MeasuredRepository(repository, listener);
		this.listener = listener;
		this.leases = new LeaseKeeper(this.repository, shortestLease);
	}

	/**
	 * Claims the key of a request, or finds its answer, in one round trip unless there is
	 * something to wait for or to take over.
	 * @param operation the operation
	 * @param id the identity of the record
	 * @param fingerprint what tells a retry from another request
	 * @return what to do with the request
	 * @throws IdempotencyException if the request is refused
	 */
	public Decision begin(Operation operation, RecordId id, Fingerprint fingerprint) {
		Claim claim = new Claim(id, this.tokens.incrementAndGet(), operation.name(),
				this.encryption.encrypt(fingerprint), operation.lease(), operation.ttl(), null);
		Patience patience = new Patience(operation.waitTime());
		while (true) {
			ClaimResult result;
			try {
				result = this.repository.claim(claim);
			}
			catch (IdempotencyRepositoryException ex) {
				return withoutRepository(operation, ex);
			}
			if (!(result instanceof ClaimResult.Existing existing)) {
				return run(operation, claim, fingerprint);
			}
			IdempotencyRecord record = existing.record();
			check(operation, record, fingerprint);
			switch (record.state()) {
				case COMPLETED -> {
					return new Decision.Replay(read(operation, id, record.response()));
				}
				case ABANDONED -> {
					if (operation.abandoned() == AbandonedPolicy.REJECT) {
						throw new IdempotencyOutcomeUnknownException(operation.problemTypePrefix());
					}
					claim = claim.takingOver(record);
				}
				case IN_FLIGHT -> {
					if (!patience.pause()) {
						throw inFlight(operation);
					}
				}
			}
		}
	}

	/**
	 * Finds the answer of a request that must not run, whatever is found.
	 * @param operation the operation
	 * @param id the identity of the record
	 * @param fingerprint what tells a retry from another request
	 * @return the recorded response, empty if there is none
	 * @throws IdempotencyException if the request is refused
	 */
	public Optional<StoredResponse> find(Operation operation, RecordId id, Fingerprint fingerprint) {
		Optional<IdempotencyRecord> record;
		try {
			record = this.repository.find(id);
		}
		catch (IdempotencyRepositoryException ex) {
			throw unavailable(operation, ex);
		}
		record.ifPresent((found) -> check(operation, found, fingerprint));
		return record.filter((found) -> found.state() == IdempotencyRecord.State.COMPLETED)
			.map((found) -> read(operation, id, found.response()));
	}

	private void check(Operation operation, IdempotencyRecord record, Fingerprint fingerprint) {
		boolean same;
		try {
			same = this.encryption.matches(record.fingerprint(), fingerprint);
		}
		catch (UnreadableRecordException ex) {
			throw unavailable(operation, ex);
		}
		if (!same) {
			throw new IdempotencyKeyReusedException(operation.problemTypePrefix());
		}
	}

	private Decision run(Operation operation, Claim claim, Fingerprint fingerprint) {
		if (claim.abandonedToken() != null) {
			logger.warn("Took over the claim {} of operation {}, whose owner did not finish within the lease",
					claim.id(), operation.name());
			this.listener.onLeaseAbandoned(operation.name());
		}
		HeldClaim held = new HeldClaim(operation, claim.id(), claim.token(), fingerprint);
		this.leases.hold(held);
		return new Decision.Run(held);
	}

	private Decision withoutRepository(Operation operation, IdempotencyRepositoryException failure) {
		if (operation.onRepositoryFailure() == RepositoryFailurePolicy.PROCEED
				&& !(failure instanceof UnreadableRecordException)) {
			logger.warn("Running operation {} unprotected: {} ({})", operation.name(), failure.getMessage(),
					String.valueOf(failure.getCause()));
			return new Decision.Bypass();
		}
		throw unavailable(operation, failure);
	}

	private StoredResponse read(Operation operation, RecordId id, @Nullable RecordedResponse response) {
		if (response == null) {
			throw unavailable(operation, new UnreadableRecordException("A completed record has no response", null));
		}
		byte[] content = response.content();
		if (content == null) {
			throw new IdempotencyNotReplayableException(operation.problemTypePrefix());
		}
		try {
			return ResponseCodec.decode(response.status(), this.encryption.decrypt(id, response.status(), content));
		}
		catch (UnreadableRecordException ex) {
			throw unavailable(operation, ex);
		}
	}

	private static IdempotencyException inFlight(Operation operation) {
		return new IdempotencyInFlightException(operation.problemTypePrefix(), RETRY_AFTER_SECONDS);
	}

	private static IdempotencyException unavailable(Operation operation, IdempotencyRepositoryException failure) {
		logger.warn("Refused a request of operation {}: {} ({})", operation.name(), failure.getMessage(),
				String.valueOf(failure.getCause()));
		logger.debug("Where the repository failed", failure);
		return new IdempotencyRepositoryUnavailableException(operation.problemTypePrefix(), RETRY_AFTER_SECONDS,
				failure);
	}

	/**
	 * Records the response of an operation. A failing repository is tried again for a
	 * bounded time; the key is never freed, because the operation did run.
	 * @param claim the claim under which it ran
	 * @param status the status of the response
	 * @param response the response, or {@code null} if it is too large to record
	 * @return what became of it
	 * @throws IdempotencyInFlightException if another request took the claim over and is
	 * still running
	 */
	public Completion complete(HeldClaim claim, int status, @Nullable StoredResponse response) {
		byte[] content = (response != null)
				? this.encryption.encrypt(claim.id(), status, ResponseCodec.encode(response)) : null;
		RecordedResponse recorded = new RecordedResponse(status, content);
		Patience patience = new Patience(COMPLETION_PATIENCE);
		try {
			while (true) {
				try {
					if (this.repository.complete(claim.id(), claim.token(), recorded)) {
						return new Completion.Recorded();
					}
					return lost(claim);
				}
				catch (IdempotencyRepositoryException ex) {
					if (!patience.pause()) {
						logger.warn(
								"Could not record the response of operation {} under claim {};"
										+ " the key stays claimed until its lease ends",
								claim.operation().name(), claim.id(), ex);
						return new Completion.Unrecorded();
					}
				}
			}
		}
		finally {
			this.leases.drop(claim);
		}
	}

	private Completion lost(HeldClaim claim) {
		Operation operation = claim.operation();
		logger.warn(
				"Operation {} finished after its claim {} was taken over or deleted;" + " its response is not recorded",
				operation.name(), claim.id());
		this.listener.onLeaseLost(operation.name());
		Optional<IdempotencyRecord> winner = this.repository.find(claim.id())
			.filter((record) -> this.encryption.matches(record.fingerprint(), claim.fingerprint()));
		if (winner.isEmpty()) {
			return new Completion.Unrecorded();
		}
		if (winner.get().state() != IdempotencyRecord.State.COMPLETED) {
			throw inFlight(operation);
		}
		return new Completion.Superseded(read(operation, claim.id(), winner.get().response()));
	}

	/**
	 * Frees the key of an operation whose outcome is not to be recorded. If the
	 * repository fails, the key is free when the lease ends.
	 * @param claim the claim under which it ran
	 */
	public void release(HeldClaim claim) {
		this.leases.drop(claim);
		try {
			if (!this.repository.release(claim.id(), claim.token())) {
				logger.warn("Operation {} failed after its claim {} was taken over or deleted",
						claim.operation().name(), claim.id());
				this.listener.onLeaseLost(claim.operation().name());
			}
		}
		catch (IdempotencyRepositoryException ex) {
			logger.warn("Could not free claim {} of operation {}; it is free when its lease ends", claim.id(),
					claim.operation().name(), ex);
		}
	}

	/**
	 * Leaves a claim to its lease: it can still be completed or released, but not after
	 * the lease has ended and another request has taken it over.
	 * @param claim the claim
	 */
	public void stopRenewing(HeldClaim claim) {
		this.leases.drop(claim);
	}

	/**
	 * Tells the listener that a request ended.
	 * @param operation the operation
	 * @param outcome how it ended
	 * @param start when it began, by {@link System#nanoTime()}
	 */
	public void ended(Operation operation, Outcome outcome, long start) {
		this.listener.onRequest(operation.name(), outcome, System.nanoTime() - start);
	}

	/**
	 * Returns how many claims this process holds.
	 * @return the number of claims
	 */
	public int inFlight() {
		return this.leases.size();
	}

	/**
	 * Stops the renewal of leases.
	 */
	@Override
	public void close() {
		this.leases.close();
	}

	/**
	 * A bounded time, spent in pauses that double from 10 to 500 ms, each shortened by up
	 * to a half at random, so that those who wait do not come back together.
	 */
	private static final class Patience {

		private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

		private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);

		private final long start = System.nanoTime();

		private final long limit;

		private long pause = FIRST_PAUSE;

		Patience(Duration limit) {
			this.limit = limit.toNanos();
		}

		/**
		 * Waits for the next attempt.
		 * @return {@code false}, at once, if the time is over or the thread is
		 * interrupted
		 */
		boolean pause() {
			long left = this.limit - (System.nanoTime() - this.start);
			if (left <= 0) {
				return false;
			}
			long nanos = Math.min(left, ThreadLocalRandom.current().nextLong(this.pause / 2, this.pause + 1));
			this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
			try {
				TimeUnit.NANOSECONDS.sleep(nanos);
				return true;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}

	}

}
