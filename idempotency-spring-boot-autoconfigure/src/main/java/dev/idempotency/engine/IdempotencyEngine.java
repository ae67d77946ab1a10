package dev.idempotency.engine;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyInFlightException;
import dev.idempotency.IdempotencyKeyReusedException;
import dev.idempotency.IdempotencyNotReplayableException;
import dev.idempotency.IdempotencyOutcomeUnknownException;
import dev.idempotency.IdempotencyRepositoryUnavailableException;
import dev.idempotency.engine.TransactionalClaims.Attempt;
import dev.idempotency.engine.Transactions.Transaction;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.TransactionalIdempotencyRepository;
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

	/**
	 * The longest pause in the upkeep of claims, whatever the lease: what an outage held
	 * up is to be recorded before a retry takes the claim over.
	 */
	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

	/** Late completions may take an eighth of the heap. */
	private static final int SHARE_OF_LATE_COMPLETIONS = 8;

	private final IdempotencyRepository repository;

	private final @Nullable TransactionalClaims transactionalClaims;

	private final LeaseKeeper leases;

	private final LateCompletions lateCompletions;

	private final PeriodicTask renewal;

	private final IdempotencyListener listener;

	private final RecordEncryption encryption;

	/**
	 * Of tokens, a new one for each claim: a counter would repeat itself in a process
	 * image that is restored twice. The operating system's randomness does not.
	 */
	private final SecureRandom random = new SecureRandom();

	/**
	 * Creates an engine and starts its renewal of leases.
	 * @param repository the store of records
	 * @param shortestLease the shortest lease of any operation
	 * @param listener told of what happens
	 */
	public IdempotencyEngine(IdempotencyRepository repository, Duration shortestLease, IdempotencyListener listener) {
		this(repository, shortestLease, listener, RecordEncryption.none(), null);
	}

	/**
	 * Creates an engine that can also encrypt its records and run operations in
	 * transactions, and starts its renewal of leases.
	 * @param repository the store of records
	 * @param shortestLease the shortest lease of any operation
	 * @param listener told of what happens
	 * @param encryption encrypts the records
	 * @param transactions begins transactions, {@code null} if there are none
	 */
	public IdempotencyEngine(IdempotencyRepository repository, Duration shortestLease, IdempotencyListener listener,
			RecordEncryption encryption, @Nullable Transactions transactions) {
		this.encryption = encryption;
		this.transactionalClaims = (transactions != null
				&& repository instanceof TransactionalIdempotencyRepository transactional)
						? new TransactionalClaims(transactional, transactions, listener) : null;
		this.repository = new MeasuredRepository(repository, listener);
		this.listener = listener;
		this.leases = new LeaseKeeper(this.repository);
		Duration sixth = shortestLease.dividedBy(6);
		Duration pause = (sixth.compareTo(LONGEST_PAUSE) < 0) ? sixth : LONGEST_PAUSE;
		this.renewal = new PeriodicTask("idempotency-leases", pause, (goesOn) -> this.leases.renewDue());
		this.lateCompletions = new LateCompletions(this.repository, this.leases, listener,
				Runtime.getRuntime().maxMemory() / SHARE_OF_LATE_COMPLETIONS, pause);
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
		Claim claim = new Claim(id, this.random.nextLong(), operation.name(), this.encryption.encrypt(id, fingerprint),
				operation.lease(), operation.ttl(), null);
		Patience patience = new Patience(operation.waitTime());
		while (true) {
			Attempt attempt;
			try {
				attempt = claim(operation, claim);
			}
			catch (IdempotencyRepositoryException ex) {
				return withoutRepository(operation, ex);
			}
			if (attempt.result() instanceof ClaimResult.Acquired) {
				return run(operation, claim, fingerprint, attempt.transaction());
			}
			IdempotencyRecord record = recordOfEqualRequest(operation, id, attempt.result(), fingerprint);
			if (record != null && record.state() == IdempotencyRecord.State.COMPLETED) {
				return new Decision.Replay(read(operation, id, record.response()));
			}
			if (record != null && record.state() == IdempotencyRecord.State.ABANDONED) {
				if (operation.abandoned() == AbandonedPolicy.REJECT) {
					throw new IdempotencyOutcomeUnknownException(operation.problemTypePrefix());
				}
				claim = claim.takingOver(record);
			}
			else if (!patience.pause()) {
				throw inFlight(operation);
			}
		}
	}

	private Attempt claim(Operation operation, Claim claim) {
		return operation.transactional() ? transactionalClaims().claim(claim)
				: new Attempt(this.repository.claim(claim), null);
	}

	private TransactionalClaims transactionalClaims() {
		if (this.transactionalClaims == null) {
			throw new IllegalStateException("There is no repository for transactional operations");
		}
		return this.transactionalClaims;
	}

	/**
	 * Returns the record in the way of a claim.
	 * @return the record, or {@code null} if it is not there yet
	 * @throws IdempotencyKeyReusedException if it is that of another request
	 */
	private @Nullable IdempotencyRecord recordOfEqualRequest(Operation operation, RecordId id, ClaimResult result,
			Fingerprint fingerprint) {
		if (result instanceof ClaimResult.Existing existing) {
			check(operation, id, existing.record(), fingerprint);
			return existing.record();
		}
		return null;
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
		record.ifPresent((found) -> check(operation, id, found, fingerprint));
		return record.filter((found) -> found.state() == IdempotencyRecord.State.COMPLETED)
			.map((found) -> read(operation, id, found.response()));
	}

	private void check(Operation operation, RecordId id, IdempotencyRecord record, Fingerprint fingerprint) {
		if (!isOfEqualRequest(operation, id, record, fingerprint)) {
			throw keyReused(operation, id);
		}
	}

	private boolean isOfEqualRequest(Operation operation, RecordId id, IdempotencyRecord record,
			Fingerprint fingerprint) {
		try {
			return this.encryption.matches(id, record.fingerprint(), fingerprint);
		}
		catch (UnreadableRecordException ex) {
			throw unreadable(operation, ex);
		}
	}

	private IdempotencyException keyReused(Operation operation, RecordId id) {
		this.listener.onEvent(new IdempotencyEvent.KeyReused(operation.name(), id.toString()));
		return new IdempotencyKeyReusedException(operation.problemTypePrefix());
	}

	private Decision run(Operation operation, Claim claim, Fingerprint fingerprint, @Nullable Transaction transaction) {
		if (claim.abandonedToken() != null) {
			this.listener.onEvent(new IdempotencyEvent.LeaseAbandoned(operation.name(), claim.id().toString()));
		}
		HeldClaim held = new HeldClaim(operation, claim, fingerprint, transaction);
		Decision run = new Decision.Run(held);
		// From here on it is renewed, so nothing may fail any more
		this.leases.hold(held);
		return run;
	}

	private Decision withoutRepository(Operation operation, IdempotencyRepositoryException failure) {
		if (operation.onRepositoryFailure() == RepositoryFailurePolicy.PROCEED
				&& !(failure instanceof UnreadableRecordException)) {
			return new Decision.Bypass();
		}
		throw unavailable(operation, failure);
	}

	private StoredResponse read(Operation operation, RecordId id, @Nullable RecordedResponse response) {
		if (response == null) {
			throw unreadable(operation, new UnreadableRecordException("A completed record has no response", null));
		}
		byte[] content = response.content();
		if (content == null) {
			throw new IdempotencyNotReplayableException(operation.problemTypePrefix());
		}
		try {
			return ResponseCodec.decode(response.status(), this.encryption.decrypt(id, response.status(), content));
		}
		catch (UnreadableRecordException ex) {
			throw unreadable(operation, ex);
		}
	}

	private static IdempotencyException inFlight(Operation operation) {
		return new IdempotencyInFlightException(operation.problemTypePrefix(), RETRY_AFTER_SECONDS);
	}

	/**
	 * Refuses a request whose record the repository gave, but which cannot be understood:
	 * nobody has been told of this failure yet.
	 */
	private IdempotencyException unreadable(Operation operation, UnreadableRecordException failure) {
		this.listener.onRepositoryFailure(RepositoryCall.CLAIM, failure);
		return unavailable(operation, failure);
	}

	private static IdempotencyException unavailable(Operation operation, IdempotencyRepositoryException failure) {
		return new IdempotencyRepositoryUnavailableException(operation.problemTypePrefix(), RETRY_AFTER_SECONDS,
				failure);
	}

	/**
	 * Records the response of an operation. A failing repository is tried again for a
	 * bounded time while the client waits, and after that in the background for as long
	 * as the claim can be held; the key is never freed, because the operation did run.
	 * <p>
	 * That of a transactional operation is recorded in its transaction, which is then
	 * committed; if it has been rolled back, then in one of its own. A transaction that
	 * cannot be committed leaves neither effect nor record.
	 * @param claim the claim under which it ran
	 * @param status the status of the response
	 * @param response the response, or {@code null} if it is too large to record
	 * @return what became of it
	 * @throws IdempotencyException if another request took the claim over, or was first
	 * to record, and its response is none for this request; or if the transaction was
	 * rolled back because the repository failed
	 * @throws RuntimeException if the transaction could not be committed
	 */
	public Completion complete(HeldClaim claim, int status, @Nullable StoredResponse response) {
		byte[] content = (response != null)
				? this.encryption.encrypt(claim.id(), status, ResponseCodec.encode(response)) : null;
		RecordedResponse recorded = new RecordedResponse(status, content);
		if (!claim.operation().transactional()) {
			return completeLease(claim, recorded);
		}
		try {
			Transaction transaction = claim.takeTransaction();
			return (transaction != null) ? completeTransaction(claim, transaction, recorded)
					: completeAlone(claim, recorded);
		}
		finally {
			this.leases.drop(claim);
		}
	}

	private Completion completeLease(HeldClaim claim, RecordedResponse response) {
		claim.startCompleting();
		Patience patience = new Patience(COMPLETION_PATIENCE);
		IdempotencyRepositoryException failure;
		try {
			do {
				try {
					return this.repository.complete(claim.id(), claim.token(), response) ? new Completion.Recorded()
							: lost(claim);
				}
				catch (IdempotencyRepositoryException ex) {
					failure = ex;
				}
			}
			while (patience.pause());
		}
		finally {
			this.leases.drop(claim);
		}
		this.lateCompletions.add(claim, response, failure);
		return new Completion.Unrecorded();
	}

	private Completion completeTransaction(HeldClaim claim, Transaction transaction, RecordedResponse response) {
		Operation operation = claim.operation();
		try {
			if (isCommitted(claim, transaction, response)) {
				return new Completion.Recorded();
			}
			logger.warn("Rolled operation {} back: another request was first to record its response under claim {}",
					operation.name(), claim.id());
			return new Completion.Superseded(findWinner(claim));
		}
		catch (IdempotencyRepositoryException ex) {
			throw unavailable(operation, ex);
		}
	}

	/**
	 * Records and commits. What cannot be serialized is the failure of the handler's own
	 * work, unless an equal request has been answered meanwhile.
	 */
	private boolean isCommitted(HeldClaim claim, Transaction transaction, RecordedResponse response) {
		try {
			return transactionalClaims().complete(claim.claim(), transaction, response);
		}
		catch (RuntimeException ex) {
			if (transactionalClaims().isSerializationFailure(ex) && isAnswered(claim)) {
				return false;
			}
			throw ex;
		}
	}

	private boolean isAnswered(HeldClaim claim) {
		try {
			return find(claim.operation(), claim.id(), claim.fingerprint()).isPresent();
		}
		catch (IdempotencyException ex) {
			return false;
		}
	}

	/**
	 * Looks for the response of the request that was first by claiming once more.
	 */
	private StoredResponse findWinner(HeldClaim claim) {
		Operation operation = claim.operation();
		Attempt attempt = transactionalClaims().claim(claim.claim());
		if (attempt.transaction() != null) {
			attempt.transaction().rollBack();
		}
		IdempotencyRecord winner = recordOfEqualRequest(operation, claim.id(), attempt.result(), claim.fingerprint());
		if (winner == null || winner.state() != IdempotencyRecord.State.COMPLETED) {
			throw inFlight(operation);
		}
		return read(operation, claim.id(), winner.response());
	}

	private Completion completeAlone(HeldClaim claim, RecordedResponse response) {
		try {
			return transactionalClaims().completeAlone(claim.claim(), response) ? new Completion.Recorded()
					: new Completion.Overtaken();
		}
		catch (RuntimeException ex) {
			logger.warn("Could not record the response of operation {}, which was rolled back; the key is free",
					claim.operation().name(), ex);
			return new Completion.Unrecorded();
		}
	}

	private Completion lost(HeldClaim claim) {
		Operation operation = claim.operation();
		this.listener.onEvent(new IdempotencyEvent.LeaseLost(operation.name(), claim.id().toString()));
		try {
			Optional<IdempotencyRecord> winner = this.repository.find(claim.id())
				.filter((record) -> isOfEqualRequest(operation, claim.id(), record, claim.fingerprint()));
			if (winner.isEmpty()) {
				return new Completion.Unrecorded();
			}
			if (winner.get().state() != IdempotencyRecord.State.COMPLETED) {
				throw inFlight(operation);
			}
			return new Completion.Superseded(read(operation, claim.id(), winner.get().response()));
		}
		catch (IdempotencyRepositoryException ex) {
			throw unavailable(operation, ex);
		}
	}

	/**
	 * Rolls the transaction of a claim back, if it is held by one that is still open.
	 * What is recorded of the operation after that is recorded by itself.
	 * @param claim the claim
	 */
	public void rollBack(HeldClaim claim) {
		Transaction transaction = claim.takeTransaction();
		if (transaction != null) {
			transaction.rollBack();
		}
	}

	/**
	 * Frees the key of an operation whose outcome is not to be recorded. If the
	 * repository fails, the claim is abandoned when its lease ends.
	 * @param claim the claim under which it ran
	 */
	public void release(HeldClaim claim) {
		this.leases.drop(claim);
		if (claim.operation().transactional()) {
			rollBack(claim);
			return;
		}
		try {
			if (!this.repository.release(claim.id(), claim.token())) {
				this.listener.onEvent(new IdempotencyEvent.LeaseLost(claim.operation().name(), claim.id().toString()));
			}
		}
		catch (IdempotencyRepositoryException ex) {
			logger.warn("Could not free claim {} of operation {}; it stays until its lease ends", claim.id(),
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
	 * Returns how large the body of a recorded response is.
	 * @param id the identity of the record
	 * @param response the response, as its repository keeps it
	 * @return the number of bytes; empty if the response was too large to record, or
	 * cannot be read
	 */
	public OptionalInt bodySize(RecordId id, RecordedResponse response) {
		byte[] content = response.content();
		if (content == null) {
			return OptionalInt.empty();
		}
		try {
			byte[] decrypted = this.encryption.decrypt(id, response.status(), content);
			return OptionalInt.of(ResponseCodec.decode(response.status(), decrypted).body().remaining());
		}
		catch (UnreadableRecordException ex) {
			logger.debug("A recorded response cannot be read", ex);
			return OptionalInt.empty();
		}
	}

	/**
	 * Tells the listener that a request ended.
	 * @param operation the operation
	 * @param outcome how it ended
	 * @param id the identity of its record, {@code null} if it had no valid key
	 * @param start when it began, by {@link System#nanoTime()}
	 */
	public void ended(Operation operation, Outcome outcome, @Nullable RecordId id, long start) {
		this.listener.onRequest(operation.name(), outcome, id, System.nanoTime() - start);
	}

	/**
	 * Returns how many claims this process holds.
	 * @return the number of claims
	 */
	public int inFlight() {
		return this.leases.size();
	}

	/**
	 * Stops the renewal of leases. What could not be recorded is tried a last time.
	 */
	@Override
	public void close() {
		this.renewal.close();
		this.lateCompletions.close();
	}

}
