package dev.idempotency.autoconfigure;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import dev.idempotency.repository.jdbc.JdbcConnections;
import dev.idempotency.repository.jdbc.JdbcIdempotencyRepository;

/**
 * Builds the jdbc repository, on connections of its own where they can be had.
 */
final class JdbcRepositoryFactory {

	private static final Logger logger = LoggerFactory.getLogger(JdbcRepositoryFactory.class);

	private static final String SPRING = "org.springframework.";

	private final JdbcSources sources;

	private final OwnPool pool;

	private final IdempotencyProperties properties;

	JdbcRepositoryFactory(JdbcSources sources, OwnPool pool, IdempotencyProperties properties) {
		this.sources = sources;
		this.pool = pool;
		this.properties = properties;
	}

	JdbcIdempotencyRepository build() {
		return (this.sources.own() != null) ? onOwnSource(this.sources.own()) : onApplication();
	}

	private JdbcIdempotencyRepository onOwnSource(DataSource own) {
		JdbcIdempotencyRepository repository = repository(
				new JdbcConnections(own, this.sources.application(), this.properties.jdbc().connections()));
		repository.verifyTable();
		return repository;
	}

	private JdbcIdempotencyRepository onApplication() {
		DataSource application = this.sources.application();
		JdbcIdempotencyRepository borrowing = repository(JdbcConnections.borrowed(application));
		borrowing.verifyTable();
		int size = this.properties.jdbc().connections();
		if (size == 0) {
			return borrowing;
		}
		String obstacle = obstacle(application);
		if (obstacle == null) {
			try {
				JdbcIdempotencyRepository owning = repository(
						new JdbcConnections(this.pool.open(application, size), application, size));
				if (owning.reachesOneTable()) {
					return owning;
				}
				obstacle = "connections made like its own do not reach the same table";
			}
			catch (RuntimeException ex) {
				logger.debug("Could not make a pool from the application's DataSource", ex);
				obstacle = "no pool can be made from it (" + ex.getMessage() + ")";
			}
			this.pool.giveUp();
		}
		logger.warn("The idempotency repository borrows the connections of the application's DataSource ({}), because"
				+ " {}. When requests have used them all up, claims wait, and leases are not renewed; and where that"
				+ " DataSource routes by the request, renewals and purge do not, and do not find the records. Declare a"
				+ " DataSource with @IdempotencyDataSource for the repository alone, or accept this with"
				+ " idempotency.jdbc.connections=0", application.getClass().getName(), obstacle);
		return borrowing;
	}

	private JdbcIdempotencyRepository repository(JdbcConnections connections) {
		try {
			return new JdbcIdempotencyRepository(connections, this.properties.jdbc().tableName(),
					this.properties.repositoryTimeout());
		}
		catch (IllegalArgumentException ex) {
			throw IdempotencyConfigurationException.unusableTable(ex);
		}
	}

	/**
	 * Returns why one connection of a data source may be unlike another one.
	 */
	private static @Nullable String obstacle(DataSource dataSource) {
		if (JdbcConnections.routes(dataSource)) {
			return "it routes by the request";
		}
		return isOfApplication(dataSource) ? "a class of the application decides about its connections" : null;
	}

	private static boolean isOfApplication(@Nullable DataSource dataSource) {
		return dataSource instanceof DelegatingDataSource proxy && (!dataSource.getClass().getName().startsWith(SPRING)
				|| isOfApplication(proxy.getTargetDataSource()));
	}

}
