package dev.idempotency.engine;

/**
 * What happens to a request that cannot be claimed because the repository is down.
 *
 * @since 0.1.0
 */
public enum RepositoryFailurePolicy {

	/** The request is refused with status 503. */
	REJECT,

	/** The request runs unprotected. */
	PROCEED

}
