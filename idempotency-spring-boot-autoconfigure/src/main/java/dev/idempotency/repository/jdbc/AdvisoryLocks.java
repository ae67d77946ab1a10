package dev.idempotency.repository.jdbc;

import java.util.Optional;

/**
 * Tells PostgreSQL from databases that call themselves so, but whose advisory locks hold
 * nobody back.
 */
final class AdvisoryLocks {

	private AdvisoryLocks() {
	}

	/**
	 * Returns which database it is that has no such locks.
	 * @param version what {@code select version()} answers
	 * @return the name of the product; empty if its locks do what those of PostgreSQL do
	 */
	static Optional<String> missingIn(String version) {
		if (version.startsWith("CockroachDB")) {
			return Optional.of("CockroachDB");
		}
		return version.matches("PostgreSQL \\S+-YB-.*") ? Optional.of("YugabyteDB") : Optional.empty();
	}

}
