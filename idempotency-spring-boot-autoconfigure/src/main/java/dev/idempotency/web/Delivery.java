package dev.idempotency.web;

import dev.idempotency.IdempotencyException;
import dev.idempotency.engine.StoredResponse;

/**
 * What the client of a decided request gets.
 */
sealed interface Delivery {

	/**
	 * What the handler answered, which is held.
	 */
	record Own() implements Delivery {
	}

	/**
	 * The response of the request that took the claim over, or was first to record.
	 *
	 * @param response the recorded response
	 */
	record Winner(StoredResponse response) implements Delivery {
	}

	/**
	 * A refusal, because another request took the claim over and has no response to give.
	 *
	 * @param exception the refusal
	 */
	record Refusal(IdempotencyException exception) implements Delivery {
	}

}
