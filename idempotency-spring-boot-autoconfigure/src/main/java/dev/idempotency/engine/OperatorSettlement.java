package dev.idempotency.engine;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;

/**
 * Records by hand that an abandoned operation is done, once somebody has found out.
 *
 * @since 0.1.0
 */
public final class OperatorSettlement {

	private final IdempotencyRepository repository;

	private final RecordEncryption encryption;

	/**
	 * Creates it.
	 * @param repository the store of records
	 * @param encryption encrypts the records
	 */
	public OperatorSettlement(IdempotencyRepository repository, RecordEncryption encryption) {
		this.repository = repository;
		this.encryption = encryption;
	}

	/**
	 * Records that an operation is done. A call or a step that has no result passes then;
	 * what has a result or a response cannot be replayed, and does not run again.
	 * @param id the identity of its record
	 * @param record the record, abandoned
	 * @param kind what the outcomes of the operation are
	 * @return {@code false} if the record has changed meanwhile
	 */
	public boolean settle(RecordId id, IdempotencyRecord record, Operation.Kind kind) {
		byte @Nullable [] content = (kind == Operation.Kind.CALL)
				? this.encryption.encrypt(id, StoredResponse.NO_STATUS, ResponseCodec.encode(StoredResponse.NOTHING))
				: null;
		return this.repository.complete(id, record.token(), new RecordedResponse(StoredResponse.NO_STATUS, content));
	}

}
