package dev.idempotency.method;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;

import dev.idempotency.engine.Operation;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.PartsDigest;
import dev.idempotency.repository.RecordId;

/**
 * One call of an operation.
 *
 * @param operation the operation
 * @param id the identity of its record
 * @param fingerprint what tells it from another call under the same key
 * @param resultType the type of its result, {@code void.class} for none
 * @param maxResultSize the most bytes of a recorded result
 * @param onFailure what happens to the claim when the work throws
 */
record OperationCall(Operation operation, RecordId id, Fingerprint fingerprint, Type resultType, int maxResultSize,
		OnFailure onFailure) {

	/** Of calls that are told by operation and key alone. */
	private static final Fingerprint NOTHING_MORE = Fingerprint
		.of(new PartsDigest().add("call".getBytes(StandardCharsets.UTF_8)).toBytes());

	/**
	 * Returns a call that operation and key say everything of.
	 */
	static OperationCall of(Operation operation, RecordId id, Type resultType, int maxResultSize) {
		return new OperationCall(operation, id, NOTHING_MORE, resultType, maxResultSize, OnFailure.FREE);
	}

	boolean isVoid() {
		return this.resultType == void.class || this.resultType == Void.class;
	}

	/**
	 * What happens to the claim when the work throws.
	 */
	enum OnFailure {

		/** The key is free. */
		FREE,

		/** The outcome is unknown. */
		ABANDON

	}

}
