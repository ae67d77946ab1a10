package dev.idempotency.web;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import dev.idempotency.engine.IdempotencyObserver.Observed;
import dev.idempotency.engine.IdempotencyObserver.Scope;
import dev.idempotency.engine.LoggingIdempotencyListener;
import dev.idempotency.engine.Outcome;
import dev.idempotency.repository.RecordId;

/**
 * What traces and log lines tell of a handler that runs under a claim: on the thread of
 * each of its dispatches, until its outcome is decided, which may be on another one.
 */
final class ObservedHandler {

	private final Observed step;

	private final RecordId id;

	private int depth;

	private @Nullable Scope scope;

	private @Nullable Outcome outcome;

	ObservedHandler(Observed step, RecordId id) {
		this.step = step;
		this.id = id;
	}

	/**
	 * A dispatch of the request begins on this thread, perhaps within another one.
	 * @return whether it is not within another one
	 */
	synchronized boolean enter() {
		this.depth++;
		if (this.depth > 1) {
			return false;
		}
		MDC.put(LoggingIdempotencyListener.KEY, this.id.toString());
		if (this.outcome == null) {
			this.scope = this.step.open();
		}
		return true;
	}

	/**
	 * The dispatch that began on this thread is over.
	 * @return whether it was not within another one
	 */
	synchronized boolean leave() {
		this.depth--;
		if (this.depth > 0) {
			return false;
		}
		MDC.remove(LoggingIdempotencyListener.KEY);
		if (this.scope != null) {
			this.scope.close();
			this.scope = null;
			endIfDecided();
		}
		return true;
	}

	/**
	 * The outcome is decided.
	 */
	synchronized void ended(Outcome decided) {
		this.outcome = decided;
		if (this.scope == null) {
			endIfDecided();
		}
	}

	private void endIfDecided() {
		if (this.outcome != null) {
			this.step.end(this.outcome.tag());
		}
	}

}
