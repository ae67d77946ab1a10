package dev.idempotency.openapi;

import java.util.ArrayList;
import java.util.List;

import dev.idempotency.IdempotencyBodyTooLargeException;
import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyInFlightException;
import dev.idempotency.IdempotencyKeyMalformedException;
import dev.idempotency.IdempotencyKeyMissingException;
import dev.idempotency.IdempotencyKeyReusedException;
import dev.idempotency.IdempotencyNotReplayableException;
import dev.idempotency.IdempotencyOutcomeUnknownException;
import dev.idempotency.IdempotencyRepositoryUnavailableException;
import dev.idempotency.engine.AbandonedPolicy;
import dev.idempotency.engine.Operation;
import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.KeyFormat;
import dev.idempotency.web.KeyParser;

/**
 * Lists the refusals that the clients of an operation may get.
 */
final class Refusals {

	private Refusals() {
	}

	/**
	 * Returns one of each kind, with the words that a client reads.
	 * @param handler the operation
	 * @return the refusals, by status
	 */
	static List<IdempotencyException> of(HandlerOperation handler) {
		Operation operation = handler.operation();
		String prefix = operation.problemTypePrefix();
		String header = handler.keyParser().headerName();
		List<IdempotencyException> refusals = new ArrayList<>();
		if (handler.required()) {
			refusals.add(new IdempotencyKeyMissingException(prefix, header));
		}
		refusals.add(new IdempotencyKeyMalformedException(prefix, header, rule(handler.keyParser())));
		refusals.add(new IdempotencyInFlightException(prefix, 1));
		// The claim of a transaction ends with its connection
		if (operation.abandoned() == AbandonedPolicy.REJECT && !operation.transactional()) {
			refusals.add(new IdempotencyOutcomeUnknownException(prefix));
		}
		refusals.add(new IdempotencyNotReplayableException(prefix));
		refusals.add(new IdempotencyBodyTooLargeException(prefix, handler.maxRequestSize()));
		refusals.add(new IdempotencyKeyReusedException(prefix));
		refusals.add(new IdempotencyRepositoryUnavailableException(prefix, 1, null));
		return refusals;
	}

	private static String rule(KeyParser parser) {
		return "it must be " + ((parser.format() == KeyFormat.STRUCTURED) ? "a quoted string (RFC 9651) of " : "")
				+ "at most " + parser.maxLength()
				+ ((parser.format() == KeyFormat.STRUCTURED) ? " ASCII characters"
						: " visible ASCII characters other than \" , ; and \\, or a quoted string (RFC 9651)")
				+ ((parser.pattern() != null) ? ", in the form that this service requires." : ".");
	}

}
