package dev.idempotency.actuate;

import java.time.Instant;
import java.util.Locale;
import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import dev.idempotency.actuate.RecordSelector.Selection;
import dev.idempotency.engine.StoredResponse;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRecord.State;
import dev.idempotency.repository.RecordedResponse;

/**
 * What an operator is shown of a record: never its response. All times are of the
 * repository's clock.
 *
 * @param scope whose key it is, as asked; {@code null} for methods
 * @param step the name of the step, as asked; {@code null} for an operation
 * @param operation the name of the operation
 * @param state whether it is in flight, abandoned or completed
 * @param status the status of the response, once completed, if it has one
 * @param createdAt the time of the first claim
 * @param leaseUntil the end of the lease, until completed
 * @param completedAt the time of completion, once completed
 * @param expiresAt the time from which the record no longer counts
 * @param bodySize the size of the response body in bytes, once completed; {@code null} if
 * the response was too large to record, or cannot be read
 * @since 0.1.0
 */
public record RecordDescription(@Nullable String scope, @Nullable String step, String operation, String state,
		@Nullable Integer status, Instant createdAt, @Nullable Instant leaseUntil, @Nullable Instant completedAt,
		Instant expiresAt, @Nullable Integer bodySize) implements OperationResponseBody {

	static RecordDescription of(Selection selection, IdempotencyRecord record, OptionalInt bodySize) {
		RecordedResponse response = record.response();
		return new RecordDescription(selection.scope(), selection.step(), record.operation(), describe(record.state()),
				(response != null && response.status() != StoredResponse.NO_STATUS) ? response.status() : null,
				record.createdAt(), (record.state() != State.COMPLETED) ? record.leaseUntil() : null,
				record.completedAt(), record.expiresAt(), bodySize.isPresent() ? bodySize.getAsInt() : null);
	}

	static String describe(State state) {
		return state.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
