package dev.idempotency.web;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyException;
import dev.idempotency.engine.Completion;
import dev.idempotency.engine.HeldClaim;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.IdempotencyObserver;
import dev.idempotency.engine.IdempotencyObserver.Observed;
import dev.idempotency.engine.IdempotencyObserver.Scope;
import dev.idempotency.engine.IdempotencyObserver.Step;
import dev.idempotency.engine.Outcome;
import dev.idempotency.engine.StoredResponse;

/**
 * Applies verdicts: the only one who calls the engine for a claim that is held. Tells
 * meters and traces how the request ended.
 */
final class Recorder {

	private final IdempotencyEngine engine;

	private final IdempotencyObserver observer;

	private final Keyed keyed;

	private final HeldClaim claim;

	private final ObservedHandler observed;

	private final AtomicBoolean ended = new AtomicBoolean();

	Recorder(IdempotencyEngine engine, IdempotencyObserver observer, Keyed keyed, HeldClaim claim) {
		this.engine = engine;
		this.observer = observer;
		this.keyed = keyed;
		this.claim = claim;
		this.observed = new ObservedHandler(
				observer.begin(Step.HANDLER, keyed.operation().operation().name(), keyed.id()), keyed.id());
	}

	ObservedHandler observed() {
		return this.observed;
	}

	/**
	 * Returns whether the claim is held by a transaction that is still open.
	 */
	boolean isInTransaction() {
		return this.claim.isInTransaction();
	}

	/**
	 * Undoes what the handler did in its transaction, if that is still open. What is
	 * recorded after it is recorded by itself.
	 */
	void rollBack() {
		this.engine.rollBack(this.claim);
	}

	/**
	 * Leaves the claim to its lease, for now: it may still be recorded or freed.
	 */
	void stopRenewing() {
		this.engine.stopRenewing(this.claim);
	}

	/**
	 * Records a response.
	 * @param status its status
	 * @param response the response, {@code null} if it cannot be replayed
	 * @return what the client is to get
	 * @throws RuntimeException if the transaction could not be committed: nothing of the
	 * response came true
	 */
	Delivery record(int status, @Nullable StoredResponse response) {
		try {
			Completion completion = complete(status, response);
			ended(Outcome.of(completion));
			return (completion instanceof Completion.Superseded superseded) ? new Delivery.Winner(superseded.winner())
					: new Delivery.Own();
		}
		catch (IdempotencyException ex) {
			ended(Outcome.of(ex));
			return new Delivery.Refusal(ex);
		}
		catch (RuntimeException ex) {
			ended(Outcome.FAILURE);
			throw ex;
		}
	}

	@SuppressWarnings("try")
	private Completion complete(int status, @Nullable StoredResponse response) {
		Observed step = this.observer.begin(Step.COMPLETE, this.keyed.operation().operation().name(), this.keyed.id());
		Outcome outcome = Outcome.ERROR;
		try (Scope scope = step.open()) {
			Completion completion = this.engine.complete(this.claim, status, response);
			outcome = Outcome.of(completion);
			return completion;
		}
		finally {
			step.end(outcome.tag());
		}
	}

	/**
	 * Frees the key.
	 */
	void free() {
		this.engine.release(this.claim);
		ended(Outcome.FAILURE);
	}

	/**
	 * Leaves the claim to its lease for good, if nothing else has become of it.
	 */
	void leave() {
		this.engine.stopRenewing(this.claim);
		ended(Outcome.FAILURE);
	}

	private void ended(Outcome outcome) {
		if (!this.ended.compareAndSet(false, true)) {
			return;
		}
		this.engine.ended(this.keyed.operation().operation(), outcome, this.keyed.id(), this.keyed.start());
		this.observed.ended(outcome);
	}

}
