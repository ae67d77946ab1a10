package dev.idempotency.behaviour;

import java.util.List;

import dev.idempotency.test.PostgresServer;
import dev.idempotency.test.RedisServers;

/**
 * The repositories with which behaviours are shown.
 */
public enum Store {

	/** A database in the process. */
	H2 {

		@Override
		public List<String> properties(String database) {
			return List.of("idempotency.repository=jdbc",
					"spring.datasource.url=jdbc:h2:mem:" + database + ";DB_CLOSE_DELAY=-1");
		}

	},

	/** A real PostgreSQL. */
	POSTGRESQL {

		@Override
		public List<String> properties(String database) {
			return List.of("idempotency.repository=jdbc", "idempotency.jdbc.initialize-schema=always",
					"spring.datasource.url=" + PostgresServer.jdbcUrl(database));
		}

	},

	/** A real Redis. */
	REDIS {

		@Override
		public List<String> properties(String database) {
			return List.of("idempotency.repository=redis", "idempotency.redis.key-prefix=" + database + ":",
					"spring.data.redis.host=" + RedisServers.standalone().getHostName(),
					"spring.data.redis.port=" + RedisServers.standalone().getPort(), EXCLUDED_DATA_SOURCE);
		}

	},

	/** The memory of the process. */
	MEMORY {

		@Override
		public List<String> properties(String database) {
			return List.of("idempotency.repository=memory", EXCLUDED_DATA_SOURCE);
		}

	};

	private static final String EXCLUDED_DATA_SOURCE = "spring.datasource.url=jdbc:h2:mem:unused";

	/**
	 * Returns the configuration of an application that uses the repository.
	 * @param database a name of its own: applications with the same share their records
	 * @return properties
	 */
	public abstract List<String> properties(String database);

}
