package dev.idempotency.repository;

/**
 * What is known of the claim of a transaction that has not ended.
 *
 * @since 0.1.0
 */
public enum Rival {

	/** It is of an equal request. */
	SAME_REQUEST,

	/** It is of another request under the same key. */
	OTHER_REQUEST,

	/** Nothing is known, not even whether it is still there. */
	UNKNOWN

}
