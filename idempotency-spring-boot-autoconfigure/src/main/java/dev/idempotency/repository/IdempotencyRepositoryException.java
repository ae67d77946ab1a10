package dev.idempotency.repository;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * The store of a repository did not answer in time or not as expected.
 *
 * @since 0.1.0
 */
public class IdempotencyRepositoryException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message what was tried
	 * @param cause the failure of the store, if it was an exception
	 */
	public IdempotencyRepositoryException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
