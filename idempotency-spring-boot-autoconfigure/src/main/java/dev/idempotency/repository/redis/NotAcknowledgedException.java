package dev.idempotency.repository.redis;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.IdempotencyRepositoryException;

/**
 * A write took effect, but not on as many replicas as it must.
 */
final class NotAcknowledgedException extends IdempotencyRepositoryException {

	@Serial
	private static final long serialVersionUID = 1L;

	NotAcknowledgedException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
