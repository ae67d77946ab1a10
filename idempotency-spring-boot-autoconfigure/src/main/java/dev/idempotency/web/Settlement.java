package dev.idempotency.web;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;

/**
 * Decides what happens to a claim, once.
 *
 * <pre>
 * OPEN ──────────────────► DECIDED     the judge has spoken; whoever gets here first
 *   │                         ▲
 *   └──► AWAITS_ERROR_PAGE ───┘        the container renders one by a dispatch
 * </pre>
 */
final class Settlement {

	private static final Logger logger = LoggerFactory.getLogger(Settlement.class);

	private final Keyed keyed;

	private final IdempotencyReplayPolicy policy;

	private final Recorder recorder;

	private final HandlerRun run;

	private final HeldResponse held;

	private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

	Settlement(Keyed keyed, IdempotencyReplayPolicy policy, Recorder recorder, HandlerRun run, HeldResponse held) {
		this.keyed = keyed;
		this.policy = policy;
		this.recorder = recorder;
		this.run = run;
		this.held = held;
	}

	boolean isOpen() {
		return this.state.get() == State.OPEN;
	}

	boolean awaitsErrorPage() {
		return this.state.get() == State.AWAITS_ERROR_PAGE;
	}

	boolean isDecided() {
		return this.state.get() == State.DECIDED;
	}

	/**
	 * Leaves the claim to its lease, so that a container that never comes back does not
	 * keep the key claimed; unless somebody is known to be at work.
	 */
	void awaitErrorPage() {
		if (this.state.compareAndSet(State.OPEN, State.AWAITS_ERROR_PAGE)) {
			this.recorder.rollBack();
			this.run.onWorkEnd((ended) -> this.recorder.stopRenewing());
		}
	}

	/**
	 * Frees the key, unless it is decided what happens to it.
	 */
	void free() {
		if (this.state.getAndSet(State.DECIDED) != State.DECIDED) {
			this.recorder.free();
		}
	}

	/**
	 * Has it judged and applied what happens to the claim, unless that has been done.
	 * @param status the status of the response
	 * @param response the response to record, {@code null} if there is none
	 * @return what the client is to get
	 */
	Delivery settle(int status, @Nullable IdempotencyResponseWrapper response) {
		if (this.state.getAndSet(State.DECIDED) == State.DECIDED) {
			return new Delivery.Own();
		}
		boolean settled = false;
		try {
			if (this.recorder.isInTransaction() && !this.run.hasAnswered()) {
				this.recorder.rollBack();
			}
			Verdict verdict = this.run.judge(status, this.held.revision(), this::isRecordable);
			Delivery delivery = apply(verdict, status, response);
			settled = true;
			return delivery;
		}
		finally {
			if (!settled) {
				this.recorder.leave();
			}
		}
	}

	private Delivery apply(Verdict verdict, int status, @Nullable IdempotencyResponseWrapper response) {
		switch (verdict) {
			case RECORD -> {
				return this.recorder.record(status, (response != null) ? this.held.toStoredResponse(status,
						response.getContentType(), this.keyed.operation().storableHeaders()) : null);
			}
			case RECORD_WITHOUT_RESPONSE -> this.recorder.record(status, null);
			case FREE -> this.recorder.free();
			case LEAVE -> this.recorder.leave();
			case WATCH -> this.run.onWorkEnd(this::workEnded);
		}
		return new Delivery.Own();
	}

	/**
	 * Nobody can render what the work came to: it is only known whether it ended well.
	 */
	private void workEnded(Work.State ended) {
		int status = HttpStatus.OK.value();
		try {
			apply(Judge.judge(new Progress.Orphaned(), ended, status, 0, (any) -> true), status, null);
		}
		catch (RuntimeException ex) {
			logger.warn("Could not record that operation {} ran under claim {}",
					this.keyed.operation().operation().name(), this.keyed.id(), ex);
		}
	}

	/**
	 * Returns whether the application wants a response to be recorded.
	 * @param status its status
	 */
	boolean isRecordable(int status) {
		HandlerOperation operation = this.keyed.operation();
		try {
			return this.policy.isRecordable(operation, status, this.run.result());
		}
		catch (RuntimeException ex) {
			logger.warn("The replay policy failed for operation {}; the response is recorded by its status",
					operation.operation().name(), ex);
			return operation.replayStatuses().contains(status);
		}
	}

	/**
	 * Where it stands.
	 */
	private enum State {

		OPEN, AWAITS_ERROR_PAGE, DECIDED

	}

}
