package dev.idempotency.repository;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * The store of idempotency records, shared by all instances of an application.
 * <p>
 * Implementations decide every race in the store, by the store's own clock, and in one
 * round trip per call where the store allows it. They are safe for use by many threads.
 * Every method throws {@link IdempotencyRepositoryException} when the store does not
 * answer in time or not as expected; whether a write took effect is then unknown.
 * {@code IdempotencyRepositoryContractTests} of the test-jar checks an implementation.
 *
 * @since 0.1.0
 */
public interface IdempotencyRepository {

	/**
	 * Claims a record, or answers with what is there. There is no look-up before: of any
	 * number of simultaneous claims exactly one is acquired.
	 * <p>
	 * A record counts as absent when it has expired and no lease runs on it. An abandoned
	 * record is taken over if the claim names its token; it then keeps the time of the
	 * first claim and its expiry.
	 * @param claim the claim
	 * @return whether the claim was acquired, or the record that another request holds
	 */
	ClaimResult claim(Claim claim);

	/**
	 * Records the outcome of a claimed operation. A repeated call with the same token
	 * changes nothing and succeeds. If the record's ttl has passed, it is expired at
	 * once.
	 * @param id the record
	 * @param token the token of the claim
	 * @param response the outcome
	 * @return {@code false} if the record is not claimed with that token (any more);
	 * nothing is written then
	 */
	boolean complete(RecordId id, long token, RecordedResponse response);

	/**
	 * Frees a claimed record, so that the next request runs.
	 * @param id the record
	 * @param token the token of the claim
	 * @return {@code false} if the record is not claimed with that token (any more);
	 * nothing is changed then
	 */
	boolean release(RecordId id, long token);

	/**
	 * Extends leases, all in one batch where the store can.
	 * @param leases the leases
	 * @return the records that are not claimed with the token of their lease (any more)
	 */
	Set<RecordId> renew(Collection<Lease> leases);

	/**
	 * Reads a record.
	 * @param id the record
	 * @return the record, empty if there is none or it counts as absent
	 */
	Optional<IdempotencyRecord> find(RecordId id);

	/**
	 * Deletes a record whoever owns it.
	 * @param id the record
	 * @return {@code false} if there was none
	 */
	boolean delete(RecordId id);

}
