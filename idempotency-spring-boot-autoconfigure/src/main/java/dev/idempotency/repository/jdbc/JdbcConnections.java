package dev.idempotency.repository.jdbc;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.util.Assert;

/**
 * Where a repository takes its connections from.
 * <p>
 * With connections of its own, a call never waits for those of the application, which
 * handlers may have used up, or of which its caller may hold one already. One of them is
 * left to the renewal of leases, and the purge never takes the last of the others.
 *
 * @param leases gives the connections of all calls outside of transactions
 * @param application the application's, of whose transactions transactional claims are
 * part
 * @param most the most connections to take from {@code leases} at once, at least 2; 0 for
 * no bound
 * @since 0.1.0
 */
public record JdbcConnections(DataSource leases, DataSource application, int most) {

	/**
	 * Creates the description.
	 * @throws IllegalArgumentException if the bound is negative or 1
	 */
	public JdbcConnections {
		Assert.isTrue(most == 0 || most > 1, "A repository needs 2 connections of its own, or none");
	}

	/**
	 * Has a repository borrow all its connections from the application.
	 * @param application the application's data source; not one of a JTA transaction
	 * manager
	 * @return the connections
	 */
	public static JdbcConnections borrowed(DataSource application) {
		return new JdbcConnections(application, application, 0);
	}

	/**
	 * Returns whether a data source chooses a database for each connection, by the
	 * request that it serves, say.
	 * @param dataSource the data source, maybe behind proxies
	 * @return {@code false} if nothing says so
	 */
	public static boolean routes(@Nullable DataSource dataSource) {
		return dataSource instanceof AbstractRoutingDataSource
				|| (dataSource instanceof DelegatingDataSource proxy && routes(proxy.getTargetDataSource()));
	}

	boolean areBorrowed() {
		return this.leases == this.application;
	}

}
