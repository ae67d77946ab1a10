package dev.idempotency.engine;

import java.util.Locale;

/**
 * The calls of a repository that are measured.
 *
 * @since 0.1.0
 */
public enum RepositoryCall {

	/** A request claims its record. */
	CLAIM,

	/** An outcome is recorded. */
	COMPLETE,

	/** A record is freed. */
	RELEASE,

	/** The leases of this process are extended. */
	RENEW,

	/** Expired records are deleted. */
	PURGE;

	private final String tag = name().toLowerCase(Locale.ROOT);

	/**
	 * Returns the call as the value of a metric tag.
	 * @return the name in lower case
	 */
	public String tag() {
		return this.tag;
	}

}
