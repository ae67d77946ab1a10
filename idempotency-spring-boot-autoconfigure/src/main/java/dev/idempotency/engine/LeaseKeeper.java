package dev.idempotency.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.RecordId;

/**
 * Keeps the claims of this process alive while their handlers run. What is older than a
 * third of its own lease is renewed, in one batch, and so is what waits to be recorded
 * late; a handler that is faster costs an entry in a map and nothing else.
 */
final class LeaseKeeper {

	private static final Logger logger = LoggerFactory.getLogger(LeaseKeeper.class);

	private final Map<Long, HeldClaim> claims = new ConcurrentHashMap<>();

	private final IdempotencyRepository repository;

	LeaseKeeper(IdempotencyRepository repository) {
		this.repository = repository;
	}

	void hold(HeldClaim claim) {
		this.claims.put(claim.token(), claim);
	}

	void drop(HeldClaim claim) {
		this.claims.remove(claim.token());
	}

	int size() {
		return this.claims.size();
	}

	/**
	 * Renews the leases of the claims that have become old enough.
	 */
	void renewDue() {
		long now = System.nanoTime();
		List<HeldClaim> due = this.claims.values().stream().filter((claim) -> claim.isDue(now)).toList();
		if (!due.isEmpty()) {
			renew(due);
		}
	}

	/** Drops those that were taken over or deleted. */
	private void renew(List<HeldClaim> due) {
		long now = System.nanoTime();
		// The claim of a late owner and the one that took it over may both be held here:
		// one of a record at a time, since the answer names records
		Map<RecordId, HeldClaim> byRecord = new HashMap<>();
		due.forEach((claim) -> byRecord.putIfAbsent(claim.id(), claim));
		try {
			Set<RecordId> lost = this.repository.renew(byRecord.values().stream().map(HeldClaim::lease).toList());
			for (HeldClaim claim : byRecord.values()) {
				claim.renewedAt(now);
				if (lost.contains(claim.id())) {
					lose(claim);
				}
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Could not renew {} leases; trying again until they can be", due.size());
		}
	}

	/**
	 * Drops a claim that was not found. One that was just released or completed is not
	 * spoken of: who does that is told if it was lost.
	 */
	private void lose(HeldClaim claim) {
		if (this.claims.remove(claim.token()) != null && !claim.isCompleting()) {
			logger.warn(
					"Claim {} of operation {} was not there when its lease was to be renewed: it was taken over or"
							+ " deleted, or the repository is another one now. Its handler still runs",
					claim.id(), claim.operation().name());
		}
	}

}
