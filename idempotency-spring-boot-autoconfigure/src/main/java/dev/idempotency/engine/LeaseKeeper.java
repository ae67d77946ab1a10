package dev.idempotency.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.RecordId;

/**
 * Keeps the claims of this process alive while their handlers run. One thread looks
 * around at a sixth of the shortest lease and renews, in one batch, what is older than a
 * third of its own lease; a handler that is faster costs an entry in a map and nothing
 * else.
 */
final class LeaseKeeper implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(LeaseKeeper.class);

	private final Map<Long, HeldClaim> claims = new ConcurrentHashMap<>();

	private final IdempotencyRepository repository;

	private final PeriodicTask renewal;

	private boolean failing;

	LeaseKeeper(IdempotencyRepository repository, Duration shortestLease) {
		this.repository = repository;
		this.renewal = new PeriodicTask("idempotency-leases", shortestLease.dividedBy(6), this::renew);
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

	private void renew() {
		long now = System.nanoTime();
		List<HeldClaim> due = new ArrayList<>();
		for (HeldClaim claim : this.claims.values()) {
			if (claim.isDue(now)) {
				due.add(claim);
			}
		}
		if (due.isEmpty()) {
			return;
		}
		List<Lease> leases = due.stream().map(HeldClaim::lease).toList();
		try {
			Set<RecordId> lost = this.repository.renew(leases);
			for (HeldClaim claim : due) {
				if (lost.contains(claim.id())) {
					drop(claim);
				}
				claim.renewedAt(now);
			}
			this.failing = false;
		}
		catch (RuntimeException ex) {
			if (!this.failing) {
				logger.warn("Could not renew {} leases; trying again until they can be", leases.size(), ex);
			}
			this.failing = true;
		}
	}

	@Override
	public void close() {
		this.renewal.close();
	}

}
