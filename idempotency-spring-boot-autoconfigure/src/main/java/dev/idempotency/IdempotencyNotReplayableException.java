package dev.idempotency;

import java.io.Serial;

import org.springframework.http.HttpStatus;

/**
 * A key whose request succeeded with a response that could not be recorded in full.
 * Status {@link HttpStatus#CONFLICT}, problem type {@code not-replayable}.
 *
 * @since 0.1.0
 */
public final class IdempotencyNotReplayableException extends IdempotencyException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the refusal.
	 * @param typePrefix the start of the problem type
	 */
	public IdempotencyNotReplayableException(String typePrefix) {
		super(HttpStatus.CONFLICT, typePrefix + "not-replayable", "Response not replayable",
				"The request with this key was processed, but its response could not be recorded and cannot be sent again."
						+ " Query the resource for the result.",
				null);
	}

}
