package dev.idempotency.method;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyNotReplayableException;
import dev.idempotency.engine.Completion;
import dev.idempotency.engine.Decision;
import dev.idempotency.engine.HeldClaim;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.Outcome;
import dev.idempotency.engine.RunningOperation.Entered;
import dev.idempotency.engine.StoredResponse;

/**
 * The way of a call: claims its key, runs its work, and records the result, at once or
 * with the transaction of its caller.
 */
final class OperationCalls {

	private static final Logger logger = LoggerFactory.getLogger(OperationCalls.class);

	private final IdempotencyEngine engine;

	private final ResultCodec results;

	OperationCalls(IdempotencyEngine engine, ResultCodec results) {
		this.engine = engine;
		this.results = results;
	}

	/**
	 * Runs work once.
	 * @param <E> the type of the exception that the work may throw
	 * @param call the call
	 * @param surroundings what the work runs in
	 * @param work the work
	 * @return its result, or the recorded one
	 * @throws E if the work throws it
	 * @throws IdempotencyException if the call is refused
	 */
	@SuppressWarnings("try")
	<E extends Throwable> @Nullable Object call(OperationCall call, Surroundings surroundings, Work<E> work) throws E {
		this.results.prepare(call);
		long start = System.nanoTime();
		Decision decision;
		try {
			decision = begin(call);
			if (decision instanceof Decision.Replay replay) {
				Object result = this.results.read(call, replay.response());
				ended(call, Outcome.HIT, start);
				return result;
			}
		}
		catch (IdempotencyException ex) {
			ended(call, Outcome.of(ex), start);
			throw ex;
		}
		if (decision instanceof Decision.Run run) {
			return new Run(call, run.claim(), start).execute(surroundings, work);
		}
		try (Entered entered = surroundings.enter(null)) {
			return work.run();
		}
		finally {
			ended(call, Outcome.BYPASS, start);
		}
	}

	private Decision begin(OperationCall call) {
		StoredResponse own = CallerTransactions.resultOf(call.id());
		try {
			return (own != null) ? new Decision.Replay(own)
					: this.engine.begin(call.operation(), call.id(), call.fingerprint());
		}
		catch (IdempotencyNotReplayableException ex) {
			throw ResultCodec.notReplayable(call, null);
		}
	}

	private void ended(OperationCall call, Outcome outcome, long start) {
		this.engine.ended(call.operation(), outcome, call.id(), start);
	}

	/**
	 * What is done once.
	 *
	 * @param <E> the type of the exception that it may throw
	 */
	@FunctionalInterface
	interface Work<E extends Throwable> {

		@Nullable Object run() throws E;

	}

	/**
	 * What work runs in.
	 */
	@FunctionalInterface
	interface Surroundings {

		/**
		 * Enters them.
		 * @param claim the claim under which the work runs, {@code null} if there is none
		 * @return what leaves them
		 */
		Entered enter(@Nullable HeldClaim claim);

	}

	/**
	 * A call whose work runs under a claim.
	 */
	private final class Run {

		private final OperationCall call;

		private final HeldClaim claim;

		private final long start;

		Run(OperationCall call, HeldClaim claim, long start) {
			this.call = call;
			this.claim = claim;
			this.start = start;
		}

		@SuppressWarnings("try")
		<E extends Throwable> @Nullable Object execute(Surroundings surroundings, Work<E> work) throws E {
			Object result;
			try (Entered entered = surroundings.enter(this.claim)) {
				result = work.run();
			}
			catch (Throwable ex) {
				if (this.call.operation().transactional()
						|| !CallerTransactions.whenEnded(this.call.id(), null, (end) -> failed())) {
					failed();
				}
				throw ex;
			}
			return (result instanceof CompletionStage<?> stage) ? watch(stage) : succeeded(result);
		}

		private @Nullable Object succeeded(@Nullable Object result) {
			StoredResponse stored = OperationCalls.this.results.write(this.call, result);
			if (this.call.operation().transactional()) {
				Object delivered = complete(stored, result);
				CallerTransactions.whenEnded(this.call.id(), stored, (end) -> {
				});
				return delivered;
			}
			return CallerTransactions.whenEnded(this.call.id(), stored, (end) -> ended(end, stored)) ? result
					: complete(stored, result);
		}

		private void failed() {
			if (this.call.onFailure() == OperationCall.OnFailure.ABANDON) {
				OperationCalls.this.engine.abandon(this.claim);
			}
			else {
				OperationCalls.this.engine.release(this.claim);
			}
			OperationCalls.this.ended(this.call, Outcome.FAILURE, this.start);
		}

		/**
		 * Records a result.
		 * @param stored what is recorded of it, {@code null} if it cannot be kept
		 * @return what the caller gets
		 */
		private @Nullable Object complete(@Nullable StoredResponse stored, @Nullable Object result) {
			Outcome outcome = Outcome.FAILURE;
			try {
				Completion completion = OperationCalls.this.engine.complete(this.claim, StoredResponse.NO_STATUS,
						stored);
				outcome = Outcome.of(completion);
				return (completion instanceof Completion.Superseded superseded)
						? OperationCalls.this.results.read(this.call, superseded.winner()) : result;
			}
			catch (IdempotencyException ex) {
				outcome = Outcome.of(ex);
				throw ex;
			}
			finally {
				OperationCalls.this.ended(this.call, outcome, this.start);
			}
		}

		/** The transaction of the caller has ended. */
		private void ended(CallerTransactions.End end, @Nullable StoredResponse stored) {
			switch (end) {
				case COMMITTED -> completeAfterwards(stored);
				case ROLLED_BACK -> failed();
				case UNKNOWN -> {
					OperationCalls.this.engine.stopRenewing(this.claim);
					OperationCalls.this.ended(this.call, Outcome.ERROR, this.start);
				}
			}
		}

		private void completeAfterwards(@Nullable StoredResponse stored) {
			try {
				complete(stored, null);
			}
			catch (RuntimeException ex) {
				logger.warn(
						"Operation {} was done and its transaction committed, but under claim {} it has not become the"
								+ " recorded one",
						this.call.operation().name(), this.call.id(), ex);
			}
		}

		/**
		 * Waits for work that goes on. Within a transaction of the caller, who may wait
		 * for it before the end, what is delivered is not held up.
		 */
		private CompletionStage<?> watch(CompletionStage<?> stage) {
			boolean deferred = CallerTransactions.whenEnded(this.call.id(), null,
					(end) -> stage.whenComplete((value, failure) -> {
						if (failure != null) {
							failed();
						}
						else {
							ended(end, OperationCalls.this.results.write(this.call, value));
						}
					}));
			return deferred ? stage : record(stage);
		}

		private CompletionStage<?> record(CompletionStage<?> stage) {
			CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();
			stage.whenComplete((value, failure) -> {
				try {
					if (failure != null) {
						failed();
						answer.completeExceptionally(failure);
					}
					else {
						answer.complete(complete(OperationCalls.this.results.write(this.call, value), value));
					}
				}
				catch (RuntimeException | Error ex) {
					answer.completeExceptionally(ex);
				}
			});
			return answer;
		}

	}

}
