package dev.idempotency.repository;

/**
 * A repository whose store does not drop expired records by itself.
 *
 * @since 0.1.0
 */
public interface PurgeableIdempotencyRepository extends IdempotencyRepository {

	/**
	 * Deletes expired records on which no lease runs. Any number of nodes may call this
	 * at the same time; none blocks a claim.
	 * @param limit the most records to delete
	 * @return how many were deleted
	 */
	int purge(int limit);

}
