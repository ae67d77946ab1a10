package dev.idempotency.engine;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyOutcomeUnknownException;
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

	private final IdempotencyRepository repository;

	private final LeaseProtocol leases;

	private final @Nullable TransactionProtocol transactions;

	private final RecordReader records;

	private final IdempotencyListener listener;

	private final RecordEncryption encryption;

	/** Of tokens: a counter would repeat itself in an image that is restored twice. */
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
		this.repository = new MeasuredRepository(repository, listener);
		this.listener = listener;
		this.encryption = encryption;
		this.records = new RecordReader(listener, encryption);
		this.transactions = (transactions != null
				&& repository instanceof TransactionalIdempotencyRepository transactional)
						? new TransactionProtocol(new TransactionalClaims(transactional, transactions, listener),
								this.records)
						: null;
		this.leases = new LeaseProtocol(this.repository, shortestLease, listener, this.records);
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
			long begun = System.nanoTime();
			try {
				attempt = claim(operation, claim);
			}
			catch (IdempotencyRepositoryException ex) {
				return withoutRepository(operation, ex);
			}
			if (attempt.result() instanceof ClaimResult.Acquired) {
				return run(operation, claim, fingerprint, attempt.transaction(), begun);
			}
			IdempotencyRecord record = this.records.recordOfEqualRequest(operation, id, attempt.result(), fingerprint);
			if (record != null && record.state() == IdempotencyRecord.State.COMPLETED) {
				return new Decision.Replay(this.records.read(operation, id, record.response()));
			}
			if (record != null && record.state() == IdempotencyRecord.State.ABANDONED) {
				if (operation.abandoned() == AbandonedPolicy.REJECT) {
					throw new IdempotencyOutcomeUnknownException(operation.problemTypePrefix());
				}
				claim = claim.takingOver(record);
			}
			else if (!patience.pause()) {
				throw RecordReader.inFlight(operation);
			}
		}
	}

	private Attempt claim(Operation operation, Claim claim) {
		return operation.transactional() ? transactions().claim(operation, claim)
				: new Attempt(this.repository.claim(claim), null);
	}

	private TransactionProtocol transactions() {
		if (this.transactions == null) {
			throw new IllegalStateException("There is no repository for transactional operations");
		}
		return this.transactions;
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
			throw RecordReader.unavailable(operation, ex);
		}
		record.ifPresent((found) -> this.records.check(operation, id, found, fingerprint));
		return record.filter((found) -> found.state() == IdempotencyRecord.State.COMPLETED)
			.map((found) -> this.records.read(operation, id, found.response()));
	}

	private Decision run(Operation operation, Claim claim, Fingerprint fingerprint, @Nullable Transaction transaction,
			long begun) {
		if (claim.abandonedToken() != null) {
			this.listener.onEvent(new IdempotencyEvent.LeaseAbandoned(operation.name(), claim.id().toString()));
		}
		HeldClaim held = new HeldClaim(operation, claim, fingerprint, transaction, begun);
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
		throw RecordReader.unavailable(operation, failure);
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
			return this.leases.complete(claim, recorded);
		}
		try {
			return transactions().complete(claim, recorded);
		}
		finally {
			this.leases.drop(claim);
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
		if (claim.operation().transactional()) {
			this.leases.drop(claim);
			rollBack(claim);
		}
		else {
			this.leases.release(claim);
		}
	}

	/**
	 * Leaves a claim behind, as if its owner had died and its lease had ended.
	 * @param claim the claim
	 */
	public void abandon(HeldClaim claim) {
		this.leases.abandon(claim);
	}

	/**
	 * Returns how long the record of a claim will still be kept, at most.
	 * @param claim the claim
	 * @return the time
	 * @throws IdempotencyException if the repository does not answer
	 */
	public Duration remainingTtl(HeldClaim claim) {
		return this.leases.remainingTtl(claim);
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
		return this.records.bodySize(id, response);
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
		this.leases.close();
	}

}
