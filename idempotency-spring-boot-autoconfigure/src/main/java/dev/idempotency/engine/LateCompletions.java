package dev.idempotency.engine;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.RecordedResponse;

/**
 * Records the responses that could not be recorded while their clients waited: an outage
 * of the repository that outlasts this wait, and even the lease, need not end in a second
 * run. It ends early only for a claim that was taken over or deleted, and for a response
 * that the repository keeps refusing although it works.
 * <p>
 * A thread of its own does this and nothing else, so that no renewal waits for it. In
 * each turn it tries those whose leases were renewed after the last try, so that the
 * repository is known to work. Those come first that were refused least: one which is
 * refused again and again is the last to take its time.
 * <p>
 * They may take a number of bytes, of which half is for contents. A response whose
 * content has no room is recorded without it, like one that is too large: a retry is
 * refused, but does not run. When there is no room for that either, the claim is left to
 * its lease.
 */
final class LateCompletions {

	private static final Logger logger = LoggerFactory.getLogger(LateCompletions.class);

	/** How often a repository that renews the lease may refuse the response. */
	private static final int REFUSALS = 10;

	private final Map<Long, Late> all = new ConcurrentHashMap<>();

	private final AtomicLong bytes = new AtomicLong();

	private final IdempotencyRepository repository;

	private final LeaseKeeper leases;

	private final IdempotencyListener listener;

	private final long maxBytes;

	private final PeriodicTask turns;

	/**
	 * Creates the thread and starts it.
	 * @param repository the store of records
	 * @param leases renews the leases meanwhile, in a thread of its own
	 * @param listener told of leases that were lost
	 * @param maxBytes how many bytes they may take
	 * @param pause the pause before each turn
	 */
	LateCompletions(IdempotencyRepository repository, LeaseKeeper leases, IdempotencyListener listener, long maxBytes,
			Duration pause) {
		this.repository = repository;
		this.leases = leases;
		this.listener = listener;
		this.maxBytes = maxBytes;
		this.turns = new PeriodicTask("idempotency-late-completions", pause,
				(goesOn) -> record(Late::isRenewed, goesOn));
	}

	/**
	 * Adds a response, and has the lease of its claim renewed until it is recorded.
	 * @param claim the claim
	 * @param response the response, which the client gets meanwhile
	 * @param failure why it could not be recorded
	 */
	void add(HeldClaim claim, RecordedResponse response, RuntimeException failure) {
		Late whole = new Late(claim, response);
		if (reserve(whole, this.maxBytes / 2)) {
			hold(whole, "trying again while the claim can be held", failure);
			return;
		}
		Late bare = new Late(claim, new RecordedResponse(response.status(), null));
		if (reserve(bare, this.maxBytes)) {
			hold(bare, "trying again without its content, since too many wait already", failure);
		}
		else {
			warn(claim, "too many wait already to try it again, and its key stays claimed until its lease ends",
					failure);
		}
	}

	private boolean reserve(Late late, long limit) {
		if (this.bytes.addAndGet(late.size()) <= limit) {
			return true;
		}
		this.bytes.addAndGet(-late.size());
		return false;
	}

	private void hold(Late late, String consequence, RuntimeException failure) {
		warn(late.claim, consequence, failure);
		late.claim.becomeLate();
		this.leases.hold(late.claim);
		this.all.put(late.claim.token(), late);
	}

	private static void warn(HeldClaim claim, String consequence, Throwable failure) {
		logger.warn("Could not record the response of operation {} under claim {}; {}", claim.operation().name(),
				claim.id(), consequence, failure);
	}

	private void record(Predicate<Late> which, BooleanSupplier goesOn) {
		List<Late> pending = this.all.values()
			.stream()
			.filter(which)
			.sorted(Comparator.comparingInt((late) -> late.refusals))
			.toList();
		for (Late late : pending) {
			if (!goesOn.getAsBoolean()) {
				return;
			}
			if (isSettled(late)) {
				this.all.remove(late.claim.token());
				this.leases.drop(late.claim);
				this.bytes.addAndGet(-late.size());
			}
		}
	}

	private boolean isSettled(Late late) {
		HeldClaim claim = late.claim;
		String operation = claim.operation().name();
		late.triedAt = System.nanoTime();
		try {
			if (this.repository.complete(claim.id(), claim.token(), late.response)) {
				logger.info("Recorded the response of operation {} under claim {} after all", operation, claim.id());
			}
			else {
				this.listener.onEvent(new IdempotencyEvent.LeaseLost(operation, claim.id().toString()));
			}
			return true;
		}
		catch (RuntimeException | Error ex) {
			late.refusals++;
			if (late.refusals < REFUSALS) {
				return false;
			}
			warn(claim, "the repository keeps refusing it, and its key stays claimed until its lease ends", ex);
			return true;
		}
	}

	/**
	 * Tries a last time, unless a call still runs, and says what is left to the leases.
	 */
	void close() {
		this.turns.close();
		if (!this.turns.isRunning()) {
			long end = System.nanoTime() + PeriodicTask.LAST_TURN.toNanos();
			record((late) -> true, () -> System.nanoTime() - end < 0);
		}
		if (!this.all.isEmpty()) {
			logger.warn("Stopped before {} responses were recorded; their keys stay claimed until their leases end",
					this.all.size());
		}
	}

	/**
	 * A response that is still to be recorded.
	 */
	private static final class Late {

		/** What a claim takes, roughly. */
		private static final long CLAIM_SIZE = 1024;

		private final HeldClaim claim;

		private final RecordedResponse response;

		private int refusals;

		private long triedAt = System.nanoTime();

		Late(HeldClaim claim, RecordedResponse response) {
			this.claim = claim;
			this.response = response;
		}

		private boolean isRenewed() {
			return this.claim.renewedAt() - this.triedAt > 0;
		}

		private long size() {
			byte @Nullable [] content = this.response.content();
			return CLAIM_SIZE + ((content != null) ? content.length : 0);
		}

	}

}
