package dev.idempotency.engine;

/**
 * What happens to a claim whose lease ran out because its owner died.
 *
 * @since 0.1.0
 */
public enum AbandonedPolicy {

	/** The next request takes the claim over and runs. */
	RETRY,

	/** Requests are refused until an operator has deleted the record, or its ttl ends. */
	REJECT

}
