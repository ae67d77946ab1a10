package dev.idempotency.engine;

import java.util.List;
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

	static final String ACQUIRED = "acquired";

	static final String IN_FLIGHT = "in-flight";

	static final String ABANDONED = "abandoned";

	static final String COMPLETED = "completed";

	static final String RECORDED = "recorded";

	static final String RELEASED = "released";

	static final String RENEWED = "renewed";

	static final String PURGED = "purged";

	static final String LOST = "lost";

	static final String ERROR = "error";

	private final String tag = name().toLowerCase(Locale.ROOT);

	/**
	 * Returns what the call can give, as values of a metric tag.
	 * @return the results, {@code error} last
	 */
	public List<String> results() {
		return switch (this) {
			case CLAIM -> List.of(ACQUIRED, IN_FLIGHT, ABANDONED, COMPLETED, ERROR);
			case COMPLETE -> List.of(RECORDED, LOST, ERROR);
			case RELEASE -> List.of(RELEASED, LOST, ERROR);
			case RENEW -> List.of(RENEWED, LOST, ERROR);
			case PURGE -> List.of(PURGED, ERROR);
		};
	}

	/**
	 * Returns the call as the value of a metric tag.
	 * @return the name in lower case
	 */
	public String tag() {
		return this.tag;
	}

}
