package dev.idempotency.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.RecordedResponse;

/**
 * The protocol of operations whose claims are held by a lease: it is renewed while the
 * handler runs, and every write names the token of the claim, so that an owner which lost
 * its claim changes nothing and gives its client what the winner recorded.
 */
final class LeaseProtocol implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(LeaseProtocol.class);

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

	private final IdempotencyListener listener;

	private final RecordReader records;

	private final LeaseKeeper leases;

	private final PeriodicTask renewal;

	private final LateCompletions lateCompletions;

	/**
	 * Creates the protocol and starts its renewal of leases.
	 * @param repository the store of records
	 * @param shortestLease the shortest lease of any operation
	 * @param listener told of leases that were lost
	 * @param records reads what winners recorded
	 */
	LeaseProtocol(IdempotencyRepository repository, Duration shortestLease, IdempotencyListener listener,
			RecordReader records) {
		this.repository = repository;
		this.listener = listener;
		this.records = records;
		this.leases = new LeaseKeeper(repository);
		Duration sixth = shortestLease.dividedBy(6);
		Duration pause = (sixth.compareTo(LONGEST_PAUSE) < 0) ? sixth : LONGEST_PAUSE;
		this.renewal = new PeriodicTask("idempotency-leases", pause, (goesOn) -> this.leases.renewDue());
		this.lateCompletions = new LateCompletions(repository, this.leases, listener,
				Runtime.getRuntime().maxMemory() / SHARE_OF_LATE_COMPLETIONS, pause);
	}

	/** From here on the claim is renewed, if it is held by a lease. */
	void hold(HeldClaim claim) {
		this.leases.hold(claim);
	}

	void drop(HeldClaim claim) {
		this.leases.drop(claim);
	}

	int size() {
		return this.leases.size();
	}

	/**
	 * Records an outcome. A failing repository is tried again for a bounded time, and
	 * after that in the background.
	 */
	Completion complete(HeldClaim claim, RecordedResponse response) {
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

	private Completion lost(HeldClaim claim) {
		Operation operation = claim.operation();
		this.listener.onEvent(new IdempotencyEvent.LeaseLost(operation.name(), claim.id().toString()));
		try {
			Optional<IdempotencyRecord> winner = this.repository.find(claim.id())
				.filter((record) -> this.records.isOfEqualRequest(operation, claim.id(), record, claim.fingerprint()));
			if (winner.isEmpty()) {
				return new Completion.Unrecorded();
			}
			if (winner.get().state() != IdempotencyRecord.State.COMPLETED) {
				throw RecordReader.inFlight(operation);
			}
			return new Completion.Superseded(this.records.read(operation, claim.id(), winner.get().response()));
		}
		catch (IdempotencyRepositoryException ex) {
			throw RecordReader.unavailable(operation, ex);
		}
	}

	/**
	 * Frees the key of a claim.
	 */
	void release(HeldClaim claim) {
		this.leases.drop(claim);
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

	Duration remainingTtl(HeldClaim claim) {
		Operation operation = claim.operation();
		if (claim.claim().abandonedToken() == null) {
			return operation.ttl().minus(claim.age());
		}
		// It was taken over, and keeps the expiry of the first claim
		try {
			return this.repository.find(claim.id())
				.map((record) -> Duration.between(record.leaseUntil(), record.expiresAt())
					.plus(operation.lease())
					.minusNanos(System.nanoTime() - claim.renewedAt()))
				.orElse(Duration.ZERO);
		}
		catch (IdempotencyRepositoryException ex) {
			throw RecordReader.unavailable(operation, ex);
		}
	}

	/**
	 * Ends the lease of a claim.
	 */
	void abandon(HeldClaim claim) {
		this.leases.drop(claim);
		try {
			this.repository.renew(List.of(new Lease(claim.id(), claim.token(), Duration.ofMillis(1))));
		}
		catch (IdempotencyRepositoryException ex) {
			logger.debug("Claim {} is abandoned when its lease ends", claim.id(), ex);
		}
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
