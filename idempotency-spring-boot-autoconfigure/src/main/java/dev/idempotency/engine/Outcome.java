package dev.idempotency.engine;

import java.util.Locale;
import java.util.Map;

import dev.idempotency.IdempotencyBodyTooLargeException;
import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyInFlightException;
import dev.idempotency.IdempotencyKeyMalformedException;
import dev.idempotency.IdempotencyKeyMissingException;
import dev.idempotency.IdempotencyKeyReusedException;
import dev.idempotency.IdempotencyNotReplayableException;
import dev.idempotency.IdempotencyOutcomeUnknownException;
import dev.idempotency.IdempotencyRepositoryUnavailableException;

/**
 * How a request to an idempotent operation ended.
 *
 * @since 0.1.0
 */
public enum Outcome {

	/** Executed, its response recorded. */
	MISS,

	/** Executed, its response not recorded and the key freed. */
	FAILURE,

	/** Answered with the recorded response. */
	HIT,

	/** Refused: the first request is still running. */
	CONFLICT,

	/** Refused: the key was used for another request. */
	MISMATCH,

	/** There was no key: refused, or executed unprotected if none is required. */
	KEYLESS,

	/** Refused: the key is malformed, or the body is too large. */
	REJECTED,

	/** Refused: the first response was too large to record. */
	UNREPLAYABLE,

	/** Refused: the outcome of the first request is unknown. */
	ABANDONED,

	/** Executed unprotected, since the repository failed. */
	BYPASS,

	/** The repository failed. */
	ERROR;

	private static final Map<Class<? extends IdempotencyException>, Outcome> REFUSALS = Map.of(
			IdempotencyKeyMissingException.class, KEYLESS, IdempotencyKeyMalformedException.class, REJECTED,
			IdempotencyBodyTooLargeException.class, REJECTED, IdempotencyKeyReusedException.class, MISMATCH,
			IdempotencyInFlightException.class, CONFLICT, IdempotencyOutcomeUnknownException.class, ABANDONED,
			IdempotencyNotReplayableException.class, UNREPLAYABLE, IdempotencyRepositoryUnavailableException.class,
			ERROR);

	private final String tag = name().toLowerCase(Locale.ROOT);

	/**
	 * Returns the outcome of a refused request.
	 * @param refusal the refusal
	 * @return the outcome
	 */
	public static Outcome of(IdempotencyException refusal) {
		return REFUSALS.getOrDefault(refusal.getClass(), ERROR);
	}

	/**
	 * Returns the outcome of an operation that ran and whose response was to be recorded.
	 * @param completion what became of the response
	 * @return the outcome
	 */
	public static Outcome of(Completion completion) {
		if (completion instanceof Completion.Recorded) {
			return MISS;
		}
		if (completion instanceof Completion.Superseded) {
			return HIT;
		}
		return (completion instanceof Completion.Overtaken) ? FAILURE : ERROR;
	}

	/**
	 * Returns the outcome as the value of a metric tag.
	 * @return the name in lower case
	 */
	public String tag() {
		return this.tag;
	}

}
