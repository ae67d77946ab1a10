package dev.idempotency.repository;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * A record exists but cannot be read: it is corrupted or of an unknown format version.
 * Its operation must not run again, for nobody knows whether it did.
 *
 * @since 0.1.0
 */
public class UnreadableRecordException extends IdempotencyRepositoryException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message what cannot be read
	 * @param cause the failure, if it was an exception
	 */
	public UnreadableRecordException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
