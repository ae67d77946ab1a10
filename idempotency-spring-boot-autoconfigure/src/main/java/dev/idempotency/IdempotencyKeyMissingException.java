package dev.idempotency;

import java.io.Serial;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * A request or call without the key that its operation requires. Status
 * {@link HttpStatus#BAD_REQUEST}, problem type {@code key-missing}.
 *
 * @since 0.1.0
 */
public final class IdempotencyKeyMissingException extends IdempotencyException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the refusal.
	 * @param typePrefix the start of the problem type
	 * @param headerName the name of the request header that holds the key
	 */
	public IdempotencyKeyMissingException(String typePrefix, String headerName) {
		this(new Detail("This operation requires the request header " + headerName
				+ ". Send a new key, such as a UUID, with each new operation and the same key with each retry of it."),
				typePrefix, null);
	}

	private IdempotencyKeyMissingException(Detail detail, String typePrefix, @Nullable Throwable cause) {
		super(HttpStatus.BAD_REQUEST, typePrefix + "key-missing", "Idempotency key missing", detail.text(), cause);
	}

	/**
	 * Creates the refusal of a call.
	 * @param typePrefix the start of the problem type
	 * @param operation the name of the operation
	 * @param cause why its key could not be taken from the arguments, {@code null} if it
	 * was {@code null} or blank
	 * @return the refusal
	 */
	public static IdempotencyKeyMissingException ofCall(String typePrefix, String operation,
			@Nullable Throwable cause) {
		return new IdempotencyKeyMissingException(
				new Detail("The operation " + operation + " was called without a key: "
						+ ((cause != null) ? "its key expression failed." : "its key is null or blank.")),
				typePrefix, cause);
	}

}
