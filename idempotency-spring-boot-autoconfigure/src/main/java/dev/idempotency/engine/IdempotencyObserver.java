package dev.idempotency.engine;

import dev.idempotency.repository.RecordId;

/**
 * Follows a request through the steps of the protocol, so that traces show them.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IdempotencyObserver {

	/** Follows nothing. */
	IdempotencyObserver NONE = (step, operation, id) -> NoObserved.INSTANCE;

	/**
	 * A step begins.
	 * @param step which one
	 * @param operation the name of the operation
	 * @param id the identity of the record
	 * @return the step, to be ended once
	 */
	Observed begin(Step step, String operation, RecordId id);

	/**
	 * The steps of the protocol.
	 */
	enum Step {

		/**
		 * The key is claimed, or the answer found. Ends with {@code acquired}, or with
		 * the {@linkplain Outcome#tag() outcome} of a request that does not run.
		 */
		CLAIM,

		/**
		 * The handler runs under the claim, perhaps asynchronously, and its response is
		 * recorded. Ends with the outcome of the request.
		 */
		HANDLER,

		/** The response is recorded: a part of the step before. Ends likewise. */
		COMPLETE

	}

	/**
	 * A step that has begun.
	 */
	interface Observed {

		/**
		 * What happens on this thread from now on belongs to the step.
		 * @return to be closed on the same thread
		 */
		Scope open();

		/**
		 * The step ends.
		 * @param outcome how, in lower case
		 */
		void end(String outcome);

	}

	/**
	 * The part of a step that happens on one thread.
	 */
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		@Override
		void close();

	}

}
