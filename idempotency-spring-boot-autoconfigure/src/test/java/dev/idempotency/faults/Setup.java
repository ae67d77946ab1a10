package dev.idempotency.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.idempotency.test.PostgresServer;

/**
 * What is put under faults.
 */
enum Setup {

	/** Leases in PostgreSQL. */
	POSTGRESQL_LEASE,

	/** Transactions of PostgreSQL. */
	POSTGRESQL_TRANSACTIONAL,

	/** Leases in Redis. */
	REDIS_LEASE;

	/** The lease of all operations. */
	static final Duration LEASE = Duration.ofSeconds(2);

	/** The longest time for which the store refuses what it does not like. */
	static final Duration LONGEST_REFUSAL = Duration.ofSeconds(15);

	/** Separates the records of the applications from others. */
	static final String NAMESPACE = "faults";

	boolean isTransactional() {
		return this == POSTGRESQL_TRANSACTIONAL;
	}

	boolean isOnPostgres() {
		return this != REDIS_LEASE;
	}

	/** How long a slow handler takes. */
	static Duration slow(Duration lease) {
		return lease.multipliedBy(2);
	}

	Store start(int port, Path directory) throws IOException, SQLException {
		return isOnPostgres() ? new PostgresStore(port, directory) : new RedisStore(port, directory);
	}

	/** Where the effects are. */
	String effects(Store store) {
		return isTransactional() ? PostgresStore.jdbcUrl(store.port()) : PostgresServer.jdbcUrl("faults");
	}

	/**
	 * The configuration of an application.
	 * @param store the port on which it sees the store
	 * @param effects where the effects are
	 * @return properties
	 */
	List<String> properties(int store, String effects) {
		List<String> properties = new ArrayList<>(List.of("server.port=0", "spring.main.banner-mode=off",
				"spring.jmx.enabled=false", "spring.mvc.problemdetails.enabled=true", "logging.level.root=warn",
				"logging.level.dev.idempotency=info", "logging.level.org.springframework.boot.web.embedded.tomcat=info",
				"idempotency.namespace=" + NAMESPACE, "idempotency.lease=" + LEASE,
				"idempotency.repository-timeout=1s"));
		if (isOnPostgres()) {
			properties.addAll(List.of("idempotency.repository=jdbc", "idempotency.jdbc.initialize-schema=never",
					"spring.datasource.url=" + PostgresStore.jdbcUrl(store),
					"spring.datasource.hikari.maximum-pool-size=20",
					"spring.datasource.hikari.connection-timeout=2000"));
		}
		else {
			properties.addAll(List.of("idempotency.repository=redis", "spring.data.redis.host=127.0.0.1",
					"spring.data.redis.port=" + store, "spring.datasource.url=jdbc:h2:mem:unused"));
		}
		if (!isTransactional()) {
			properties.add("faults.effects=" + effects);
		}
		return properties;
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
