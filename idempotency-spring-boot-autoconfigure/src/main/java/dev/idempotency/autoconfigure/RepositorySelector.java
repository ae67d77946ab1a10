package dev.idempotency.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the repository: the named one, or the only possible one.
 */
final class RepositorySelector {

	private static final String NAME_ONE = "Name the one to use:\n\n    idempotency.repository=jdbc\n\nor\n\n"
			+ "    idempotency.repository=redis";

	private static final String JDBC_NEEDS = "'jdbc' needs a DataSource: add org.springframework.boot:"
			+ "spring-boot-starter-jdbc and a database driver, and set spring.datasource.url. If there are several"
			+ " DataSource beans, mark one as @Primary.";

	private static final String REDIS_NEEDS = "'redis' needs a connection to Redis: add org.springframework.boot:"
			+ "spring-boot-starter-data-redis and set spring.data.redis.host.";

	private static final String MEMORY_NEEDS = "For a trial in one process only, set idempotency.repository=memory.";

	private static final String CLIENTS_NEED_NONE = "If this application only calls idempotent operations of others,"
			+ " leave its server side out:\n\n    idempotency.enabled=false";

	private RepositorySelector() {
	}

	static RepositoryCandidate select(@Nullable RepositoryType named, List<RepositoryCandidate> candidates) {
		if (named != null) {
			return candidates.stream()
				.filter((candidate) -> candidate.type() == named)
				.findFirst()
				.orElseThrow(() -> impossible(named));
		}
		List<RepositoryCandidate> durable = candidates.stream()
			.filter((candidate) -> candidate.type() != RepositoryType.MEMORY)
			.toList();
		if (durable.isEmpty()) {
			throw new IdempotencyConfigurationException(
					"Idempotent operations need a repository for their records, but none can be built: there is"
							+ " neither a (single or primary) DataSource nor a RedisConnectionFactory.",
					String.join("\n\n", "Add what one of them needs.", JDBC_NEEDS, REDIS_NEEDS, MEMORY_NEEDS,
							CLIENTS_NEED_NONE));
		}
		if (durable.size() > 1) {
			throw new IdempotencyConfigurationException(
					"Idempotent operations need one repository for their records, but two are possible: there is both"
							+ " a DataSource and a RedisConnectionFactory, and 'idempotency.repository' names none.",
					NAME_ONE);
		}
		return durable.get(0);
	}

	private static IdempotencyConfigurationException impossible(RepositoryType named) {
		return new IdempotencyConfigurationException(
				"The property 'idempotency.repository' names '" + named.id() + "', which cannot be built here.",
				(named == RepositoryType.JDBC) ? JDBC_NEEDS : REDIS_NEEDS);
	}

}
