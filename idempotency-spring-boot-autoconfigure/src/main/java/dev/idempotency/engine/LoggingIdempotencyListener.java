package dev.idempotency.engine;

import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.repository.RecordId;

/**
 * Logs refusals and anomalies, each as one message with the key-value pairs
 * {@value #OPERATION}, {@value #OUTCOME}, {@value #REPOSITORY} and {@value #KEY} (a short
 * digest, which is in the text too: not every pattern shows the pairs). What an operator
 * must look at is a WARN, at most one of a kind in a minute; every single one is there at
 * DEBUG.
 *
 * @since 0.1.0
 */
public final class LoggingIdempotencyListener implements IdempotencyListener {

	/** Name of the operation, in messages. */
	public static final String OPERATION = "idempotency.operation";

	/** Outcome of the request, in messages, as in meters. */
	public static final String OUTCOME = "idempotency.outcome";

	/** Name of the repository, in messages, as in meters. */
	public static final String REPOSITORY = "idempotency.repository";

	/** Short digest of the key, in messages and in the context of a running handler. */
	public static final String KEY = "idempotency.key";

	private static final Logger logger = LoggerFactory.getLogger(LoggingIdempotencyListener.class);

	/** What is said of outcomes; those that are as they should be are not spoken of. */
	private static final Map<Outcome, String> MESSAGES = Map.of(Outcome.CONFLICT,
			"Refused a request of operation {}{}: the first one with its key is still running{}", Outcome.KEYLESS,
			"A request of operation {}{} had no key{}", Outcome.REJECTED,
			"Refused a request of operation {}{}: its key is malformed, or its body too large{}", Outcome.MISMATCH,
			"Refused a request of operation {}{}: its key was used for another request{}", Outcome.UNREPLAYABLE,
			"Refused a request of operation {}{}: the response of the first one was too large to record{}",
			Outcome.ABANDONED, "Refused a request of operation {}{}: the outcome of the first one is unknown{}",
			Outcome.ERROR,
			"A request of operation {}{} was refused, or its response was not recorded, because the repository is unavailable{}",
			Outcome.BYPASS, "Ran a request of operation {}{} unprotected, because the repository is unavailable{}");

	/** Those that clients cause in the ordinary course of things. */
	private static final Set<Outcome> ORDINARY = Set.of(Outcome.CONFLICT, Outcome.KEYLESS, Outcome.REJECTED);

	private final FloodGate<Kind> requests = new FloodGate<>();

	private final FloodGate<RepositoryCall> failures = new FloodGate<>();

	private final String repository;

	/**
	 * Creates a listener.
	 * @param repository the name of the repository
	 */
	public LoggingIdempotencyListener(String repository) {
		this.repository = repository;
	}

	@Override
	public void onRequest(String operation, Outcome outcome, @Nullable RecordId id, long nanos) {
		String message = MESSAGES.get(outcome);
		if (message == null) {
			return;
		}
		long heldBack = ORDINARY.contains(outcome) ? -1
				: this.requests.pass(new Kind(operation, outcome), System.nanoTime());
		event(heldBack, operation, outcome.tag(), id).log(message, operation, record(id), others(heldBack));
	}

	@Override
	public void onRepositoryFailure(RepositoryCall call, RuntimeException failure) {
		long heldBack = this.failures.pass(call, System.nanoTime());
		level(heldBack).addKeyValue(REPOSITORY, this.repository)
			.log("The repository failed to {}: {} ({}){}", call.tag(), failure.getMessage(),
					String.valueOf(failure.getCause()), others(heldBack));
		logger.debug("Where the repository failed", failure);
	}

	@Override
	public void onEvent(IdempotencyEvent event) {
		if (event instanceof IdempotencyEvent.LeaseAbandoned) {
			event(0, event.operation(), "abandoned", event.recordId()).log(
					"Took over the claim {} of operation {}, whose owner did not finish within the lease",
					event.recordId(), event.operation());
		}
		else if (event instanceof IdempotencyEvent.LeaseLost) {
			event(0, event.operation(), "lost", event.recordId()).log(
					"Operation {} finished after its claim {} was taken over or deleted; its outcome is not recorded",
					event.operation(), event.recordId());
		}
	}

	private LoggingEventBuilder event(long heldBack, String operation, String outcome, @Nullable Object id) {
		LoggingEventBuilder event = level(heldBack).addKeyValue(OPERATION, operation)
			.addKeyValue(OUTCOME, outcome)
			.addKeyValue(REPOSITORY, this.repository);
		return (id != null) ? event.addKeyValue(KEY, id.toString()) : event;
	}

	private static LoggingEventBuilder level(long heldBack) {
		return logger.atLevel((heldBack < 0) ? Level.DEBUG : Level.WARN);
	}

	private static String record(@Nullable RecordId id) {
		return (id != null) ? " (record " + id + ")" : "";
	}

	private static String others(long heldBack) {
		return (heldBack > 0) ? " (and " + heldBack + " more since the last message)" : "";
	}

	/**
	 * What is logged at most once in a minute.
	 *
	 * @param operation the name of the operation
	 * @param outcome how it ended
	 */
	private record Kind(String operation, Outcome outcome) {
	}

}
