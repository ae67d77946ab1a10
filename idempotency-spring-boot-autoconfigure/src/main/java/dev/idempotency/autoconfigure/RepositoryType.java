package dev.idempotency.autoconfigure;

import java.util.Locale;

/**
 * The repositories that can be chosen by {@code idempotency.repository}.
 */
enum RepositoryType {

	/**
	 * A table of the application's database.
	 */
	JDBC,

	/**
	 * Redis, standalone, with Sentinel or as Cluster.
	 */
	REDIS,

	/**
	 * The memory of one process, for tests and trials.
	 */
	MEMORY;

	/**
	 * Returns the value as it stands in a configuration file.
	 */
	String id() {
		return name().toLowerCase(Locale.ROOT);
	}

}
