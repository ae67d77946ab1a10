package dev.idempotency.engine;

import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyInFlightException;
import dev.idempotency.IdempotencyKeyReusedException;
import dev.idempotency.IdempotencyNotReplayableException;
import dev.idempotency.IdempotencyRepositoryUnavailableException;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.UnreadableRecordException;

/**
 * Reads the records that requests meet, and refuses requests for what stands there.
 */
final class RecordReader {

	private static final Logger logger = LoggerFactory.getLogger(RecordReader.class);

	private static final long RETRY_AFTER_SECONDS = 1;

	private final IdempotencyListener listener;

	private final RecordEncryption encryption;

	RecordReader(IdempotencyListener listener, RecordEncryption encryption) {
		this.listener = listener;
		this.encryption = encryption;
	}

	/**
	 * Returns the record in the way of a claim.
	 * @return the record, or {@code null} if it is not there yet
	 * @throws IdempotencyKeyReusedException if it is that of another request
	 */
	@Nullable IdempotencyRecord recordOfEqualRequest(Operation operation, RecordId id, ClaimResult result,
			Fingerprint fingerprint) {
		if (result instanceof ClaimResult.Existing existing) {
			check(operation, id, existing.record(), fingerprint);
			return existing.record();
		}
		return null;
	}

	void check(Operation operation, RecordId id, IdempotencyRecord record, Fingerprint fingerprint) {
		if (!isOfEqualRequest(operation, id, record, fingerprint)) {
			throw keyReused(operation, id);
		}
	}

	boolean isOfEqualRequest(Operation operation, RecordId id, IdempotencyRecord record, Fingerprint fingerprint) {
		try {
			return this.encryption.matches(id, record.fingerprint(), fingerprint);
		}
		catch (UnreadableRecordException ex) {
			throw unreadable(operation, ex);
		}
	}

	private IdempotencyException keyReused(Operation operation, RecordId id) {
		this.listener.onEvent(new IdempotencyEvent.KeyReused(operation.name(), id.toString()));
		return new IdempotencyKeyReusedException(operation.problemTypePrefix());
	}

	StoredResponse read(Operation operation, RecordId id, @Nullable RecordedResponse response) {
		if (response == null) {
			throw unreadable(operation, new UnreadableRecordException("A completed record has no response", null));
		}
		byte[] content = response.content();
		if (content == null) {
			throw new IdempotencyNotReplayableException(operation.problemTypePrefix());
		}
		if ((response.status() == StoredResponse.NO_STATUS) != (operation.kind() == Operation.Kind.CALL)) {
			throw unreadable(operation,
					new UnreadableRecordException("A recorded outcome has the status " + response.status(), null));
		}
		try {
			return ResponseCodec.decode(response.status(), this.encryption.decrypt(id, response.status(), content));
		}
		catch (UnreadableRecordException ex) {
			throw unreadable(operation, ex);
		}
	}

	static IdempotencyException inFlight(Operation operation) {
		return new IdempotencyInFlightException(operation.problemTypePrefix(), RETRY_AFTER_SECONDS);
	}

	/**
	 * Refuses a request whose record the repository gave, but which cannot be understood:
	 * nobody has been told of this failure yet.
	 */
	private IdempotencyException unreadable(Operation operation, UnreadableRecordException failure) {
		this.listener.onRepositoryFailure(RepositoryCall.CLAIM, failure);
		return unavailable(operation, failure);
	}

	static IdempotencyException unavailable(Operation operation, IdempotencyRepositoryException failure) {
		return new IdempotencyRepositoryUnavailableException(operation.problemTypePrefix(), RETRY_AFTER_SECONDS,
				failure);
	}

	/**
	 * Returns how large the body of a recorded response is.
	 * @return the number of bytes; empty if there is none that can be read
	 */
	OptionalInt bodySize(RecordId id, RecordedResponse response) {
		byte[] content = response.content();
		if (content == null) {
			return OptionalInt.empty();
		}
		try {
			byte[] decrypted = this.encryption.decrypt(id, response.status(), content);
			return OptionalInt.of(ResponseCodec.decode(response.status(), decrypted).body().remaining());
		}
		catch (UnreadableRecordException ex) {
			logger.debug("A recorded response cannot be read", ex);
			return OptionalInt.empty();
		}
	}

}
