package dev.idempotency;

import java.io.Serial;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * A key whose request or call succeeded with an outcome that could not be recorded, or
 * cannot be read any more. Status {@link HttpStatus#CONFLICT}, problem type
 * {@code not-replayable}.
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
		this(new Detail(
				"The request with this key was processed, but its response could not be recorded and cannot be sent again."
						+ " Query the resource for the result."),
				typePrefix, null);
	}

	private IdempotencyNotReplayableException(Detail detail, String typePrefix, @Nullable Throwable cause) {
		super(HttpStatus.CONFLICT, typePrefix + "not-replayable", "Response not replayable", detail.text(), cause);
	}

	/**
	 * Creates the refusal of a call.
	 * @param typePrefix the start of the problem type
	 * @param operation the name of the operation
	 * @param resultType the type of the result
	 * @param cause why it could not be read, {@code null} if it was not kept
	 * @return the refusal
	 */
	public static IdempotencyNotReplayableException ofCall(String typePrefix, String operation, String resultType,
			@Nullable Throwable cause) {
		return new IdempotencyNotReplayableException(
				new Detail("The operation " + operation + " was done under this key, and is not done again, but its "
						+ ((cause != null) ? "recorded result cannot be read as " : "result was not recorded as ")
						+ resultType + ". Look its effect up."),
				typePrefix, cause);
	}

}
