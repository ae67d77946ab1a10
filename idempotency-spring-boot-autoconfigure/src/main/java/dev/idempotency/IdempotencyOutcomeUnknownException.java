package dev.idempotency;

import java.io.Serial;

import org.springframework.http.HttpStatus;

/**
 * A key whose first request never finished, because its owner died, while
 * {@code idempotency.abandoned} is {@code reject}. Status {@link HttpStatus#CONFLICT},
 * problem type {@code outcome-unknown}.
 *
 * @since 0.1.0
 */
public final class IdempotencyOutcomeUnknownException extends IdempotencyException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the refusal.
	 * @param typePrefix the start of the problem type
	 */
	public IdempotencyOutcomeUnknownException(String typePrefix) {
		super(HttpStatus.CONFLICT, typePrefix + "outcome-unknown", "Outcome unknown",
				"The first request with this key was interrupted and its outcome is not known."
						+ " It is not run again until an operator has resolved it.",
				null);
	}

}
