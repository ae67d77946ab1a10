package dev.idempotency.method;

import java.nio.ByteBuffer;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyNotReplayableException;
import dev.idempotency.IdempotentResultConverter;
import dev.idempotency.engine.StoredResponse;

/**
 * Makes records of results, and results of records. No result at all is an empty record
 * without media type, as of an operation that was settled by hand.
 */
final class ResultCodec {

	private static final Logger logger = LoggerFactory.getLogger(ResultCodec.class);

	private final @Nullable IdempotentResultConverter converter;

	ResultCodec(@Nullable IdempotentResultConverter converter) {
		this.converter = converter;
	}

	private IdempotentResultConverter converter() {
		if (this.converter == null) {
			throw new IllegalStateException("There is nothing that could write results. Add Jackson"
					+ " (org.springframework.boot:spring-boot-starter-json), or a bean of type "
					+ IdempotentResultConverter.class.getName());
		}
		return this.converter;
	}

	/**
	 * Makes sure that the result of a call could be kept.
	 * @throws IllegalStateException if nobody could write it
	 */
	void prepare(OperationCall call) {
		if (!call.isVoid()) {
			converter();
		}
	}

	/**
	 * Returns what is recorded of a result.
	 * @return the record, {@code null} if it cannot be kept
	 */
	@Nullable StoredResponse write(OperationCall call, @Nullable Object result) {
		if (call.isVoid()) {
			return StoredResponse.NOTHING;
		}
		try {
			byte[] content = converter().write(result, call.resultType());
			if (content.length <= call.maxResultSize()) {
				return new StoredResponse(StoredResponse.NO_STATUS,
						List.of(new StoredResponse.Header("Content-Type", converter().mediaType(), true)),
						ByteBuffer.wrap(content));
			}
			logger.warn(
					"The result of operation {} has {} bytes, more than 'max-response-size': it is delivered, but later"
							+ " calls under claim {} are refused",
					call.operation().name(), content.length, call.id());
		}
		catch (Exception ex) {
			logger.warn(
					"The result of operation {} cannot be written as {}: it is delivered, but later calls under claim {}"
							+ " are refused",
					call.operation().name(), call.resultType().getTypeName(), call.id(), ex);
		}
		return null;
	}

	/**
	 * Returns the result that a record holds.
	 * @throws IdempotencyNotReplayableException if it holds none of that type
	 */
	@Nullable Object read(OperationCall call, StoredResponse recorded) {
		if (call.isVoid()) {
			return null;
		}
		if (recorded.headers().isEmpty()) {
			throw notReplayable(call, null);
		}
		byte[] content = new byte[recorded.body().remaining()];
		recorded.body().duplicate().get(content);
		try {
			return converter().read(content, call.resultType());
		}
		catch (Exception ex) {
			throw notReplayable(call, ex);
		}
	}

	static IdempotencyNotReplayableException notReplayable(OperationCall call, @Nullable Exception cause) {
		return IdempotencyNotReplayableException.ofCall(call.operation().problemTypePrefix(), call.operation().name(),
				call.resultType().getTypeName(), cause);
	}

}
