package dev.idempotency.engine;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordedResponse;

/**
 * Records the responses that could not be recorded while their clients waited: an outage
 * of the repository that outlasts this wait, and even the lease, need not end in a second
 * run. It ends early only for a claim that was taken over or deleted, and for a response
 * that the repository keeps refusing although it works.
 * <p>
 * There are at most as many of them as requests that ran when the outage began, since no
 * others are let in during it.
 */
final class LateCompletions {

	private static final Logger logger = LoggerFactory.getLogger(LateCompletions.class);

	/** How often a repository that renews the lease may refuse the response. */
	private static final int REFUSALS = 10;

	private final Map<Long, Late> all = new ConcurrentHashMap<>();

	private final IdempotencyRepository repository;

	private final LeaseKeeper leases;

	private final IdempotencyListener listener;

	LateCompletions(IdempotencyRepository repository, LeaseKeeper leases, IdempotencyListener listener) {
		this.repository = repository;
		this.leases = leases;
		this.listener = listener;
	}

	/**
	 * Adds a response whose claim is to be held until it is recorded.
	 * @param claim the claim
	 * @param response the response, which the client gets meanwhile
	 */
	void add(HeldClaim claim, RecordedResponse response) {
		this.all.put(claim.token(), new Late(claim, response));
	}

	int size() {
		return this.all.size();
	}

	/**
	 * Renews their leases and tries to record all of them, if the repository works again.
	 */
	synchronized void tryAgain() {
		List<Late> pending = List.copyOf(this.all.values());
		if (pending.isEmpty() || !this.leases.renew(pending.stream().map((late) -> late.claim).toList())) {
			return;
		}
		for (Late late : pending) {
			if (!isSettled(late)) {
				return;
			}
			this.all.remove(late.claim.token());
		}
	}

	private boolean isSettled(Late late) {
		HeldClaim claim = late.claim;
		String operation = claim.operation().name();
		try {
			if (this.repository.complete(claim.id(), claim.token(), late.response)) {
				logger.info("Recorded the response of operation {} under claim {} after all", operation, claim.id());
			}
			else {
				this.listener.onEvent(new IdempotencyEvent.LeaseLost(operation, claim.id().toString()));
			}
			return true;
		}
		catch (IdempotencyRepositoryException ex) {
			late.refusals++;
			if (late.refusals < REFUSALS) {
				return false;
			}
			logger.warn("The repository keeps refusing the response of operation {} under claim {};"
					+ " the key stays claimed until its lease ends", operation, claim.id(), ex);
			return true;
		}
	}

	/**
	 * Tries a last time, and says what is left to the leases.
	 */
	void close() {
		tryAgain();
		if (!this.all.isEmpty()) {
			logger.warn("Stopped before {} responses were recorded; their keys stay claimed until their leases end",
					this.all.size());
		}
	}

	/**
	 * A response that is still to be recorded.
	 */
	private static final class Late {

		private final HeldClaim claim;

		private final RecordedResponse response;

		private int refusals;

		Late(HeldClaim claim, RecordedResponse response) {
			this.claim = claim;
			this.response = response;
		}

	}

}
