package dev.idempotency.autoconfigure;

/**
 * What of an application may be missing, because a test starts a slice of it.
 *
 * @param withoutOperations whether there may be settings for operations that are not
 * there
 * @param withoutTransactions whether transactional operations run as others do, since the
 * repository has no transactions
 */
record Slice(boolean withoutOperations, boolean withoutTransactions) {

	/** Nothing is missing. */
	static final Slice WHOLE = new Slice(false, false);

}
