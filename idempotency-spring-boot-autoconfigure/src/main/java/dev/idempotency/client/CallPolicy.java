package dev.idempotency.client;

import java.time.Duration;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.client.IdempotencyClientListener.Outcome;
import dev.idempotency.client.IdempotencyRetryPredicate.Attempt;

/**
 * What applies to all calls of a client.
 *
 * @param settings its settings
 * @param predicate the application's say in further attempts
 * @param listener who is told how calls go on and end
 * @param budget what further attempts may cost
 */
record CallPolicy(IdempotencyClientSettings settings, IdempotencyRetryPredicate predicate,
		IdempotencyClientListener listener, RetryBudget budget) {

	private static final Logger logger = LoggerFactory.getLogger(CallPolicy.class);

	CallPolicy(IdempotencyClientSettings settings, IdempotencyRetryPredicate predicate,
			IdempotencyClientListener listener) {
		this(settings, predicate, listener,
				new RetryBudget((settings.retry() != null) ? settings.retry().budget() : 0));
	}

	@Nullable Boolean decide(Attempt attempt) {
		return this.predicate.test(attempt);
	}

	void retry(String client, int attempts, Duration pause) {
		tell((listener) -> listener.onRetry(client, attempts, pause));
	}

	void end(String client, Outcome outcome, int attempts, Duration duration) {
		tell((listener) -> listener.onEnd(client, outcome, attempts, duration));
	}

	private void tell(Consumer<IdempotencyClientListener> event) {
		try {
			event.accept(this.listener);
		}
		catch (RuntimeException ex) {
			logger.warn("A listener to calls with an idempotency key failed", ex);
		}
	}

}
