package dev.idempotency.repository;

/**
 * What a claim met.
 *
 * @since 0.1.0
 */
public sealed interface ClaimResult {

	/** The claim stands; its request runs. */
	record Acquired() implements ClaimResult {
	}

	/**
	 * Another request was first.
	 *
	 * @param record what is there
	 */
	record Existing(IdempotencyRecord record) implements ClaimResult {
	}

	/**
	 * A claim within a transaction that has not ended holds this one back. Only
	 * {@link TransactionalIdempotencyRepository} answers this.
	 *
	 * @param certain whether there is such a claim; if not, calls were in each other's
	 * way, and to make the claim again may help
	 */
	record Uncommitted(boolean certain) implements ClaimResult {
	}

}
