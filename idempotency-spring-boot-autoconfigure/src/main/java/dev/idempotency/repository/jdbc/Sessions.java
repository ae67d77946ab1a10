package dev.idempotency.repository.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.Assert;

import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.jdbc.Lender.Loan;
import dev.idempotency.repository.jdbc.Lender.Purpose;

/**
 * Makes the calls of the repository outside of any transaction of the application: each
 * on a connection of its own, which commits every statement by itself and goes back to
 * the pool at once. That is why there is no {@code JdbcTemplate}, which would join the
 * transaction of the thread; calls that are to be part of it say so.
 * <p>
 * A call that hangs is ended in two ways. {@linkplain Statement#setQueryTimeout The query
 * timeout} makes the server give up a statement that waits for a lock; it costs an entry
 * in a timer of the driver, or a prefix to the statement, but no round trip.
 * {@linkplain Connection#setNetworkTimeout The network timeout}, a field of the socket,
 * ends the wait for a server that does not answer at all. It would not do alone: the
 * server's side would go on waiting for the lock, and so would that of each further call,
 * until the server has no connections left.
 */
final class Sessions {

	private static final int MAX_ATTEMPTS = 50;

	private static final Duration MAX_TIMEOUT = Duration.ofHours(1);

	private static final int NETWORK_TIMEOUT_UNCHANGED = -1;

	private final Lender lender;

	private final DataSource application;

	private final JdbcDialect dialect;

	private final String target;

	private final Duration timeout;

	/**
	 * Creates the sessions of a repository.
	 * @param connections where the connections come from
	 * @param dialect the dialect of the database
	 * @param target what messages name as the object of the calls
	 * @param timeout how long a call may take once it has a connection
	 */
	Sessions(JdbcConnections connections, JdbcDialect dialect, String target, Duration timeout) {
		Assert.isTrue(timeout.toMillis() > 0 && timeout.compareTo(MAX_TIMEOUT) <= 0,
				"The timeout of the JDBC repository must be between one millisecond and one hour");
		this.application = withoutTransactions(connections.application());
		this.lender = new Lender(
				new JdbcConnections(withoutTransactions(connections.leases()), this.application, connections.most()));
		this.dialect = dialect;
		this.target = target;
		this.timeout = timeout;
	}

	// The proxy would hand out the connection of the application's transaction
	private static DataSource withoutTransactions(DataSource dataSource) {
		DataSource target = (dataSource instanceof TransactionAwareDataSourceProxy proxy) ? proxy.getTargetDataSource()
				: null;
		return (target != null) ? target : dataSource;
	}

	/**
	 * Makes a call, again as long as other calls are in its way.
	 * @param <T> the type of its result
	 * @param name the name of the call, for messages
	 * @param call the call
	 * @return its result
	 * @throws IdempotencyRepositoryException if it failed, or was in the way of others
	 * until its time was up
	 */
	<T> T make(String name, Call<T> call) {
		return make(Purpose.REQUEST, name, call);
	}

	<T> T make(Purpose purpose, String name, Call<T> call) {
		try (Loan loan = this.lender.lend(purpose, this.timeout)) {
			return make(loan.source(), name, call);
		}
		catch (SQLException ex) {
			throw failure(name, ex);
		}
	}

	private <T> T make(DataSource source, String name, Call<T> call) {
		long end = System.nanoTime() + this.timeout.toNanos();
		SQLException contention = null;
		int attempt = 0;
		do {
			try {
				T result = attempt(source, call, end - System.nanoTime());
				if (result != null) {
					return result;
				}
			}
			catch (SQLException ex) {
				if (!this.dialect.isContention(ex)) {
					throw failure(name, ex);
				}
				contention = ex;
			}
			attempt++;
		}
		while (attempt < MAX_ATTEMPTS && System.nanoTime() < end && backOff(attempt));
		throw new IdempotencyRepositoryException("Could not " + name + " in " + this.target
				+ " because other calls were in the way of each of " + attempt + " attempts", contention);
	}

	// Calls that collided would collide again if they came back at the same moment
	private static boolean backOff(int attempt) {
		try {
			Thread.sleep(ThreadLocalRandom.current().nextInt(Math.min(attempt, 10)));
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Makes a call once.
	 * @param <T> the type of its result
	 * @param call the call
	 * @return its result
	 * @throws SQLException if it failed, or others were in its way
	 */
	<T> T once(Call<T> call) throws SQLException {
		try (Loan loan = this.lender.lend(Purpose.REQUEST, this.timeout)) {
			T result = attempt(loan.source(), call, this.timeout.toNanos());
			if (result == null) {
				throw new SQLException("Others were in the way");
			}
			return result;
		}
	}

	private <T> @Nullable T attempt(DataSource source, Call<T> call, long nanos) throws SQLException {
		int seconds = Math.toIntExact(TimeUnit.NANOSECONDS.toSeconds(nanos) + 1);
		Connection connection = source.getConnection();
		try {
			boolean autoCommit = connection.getAutoCommit();
			int networkTimeout = limitNetwork(connection, seconds + 1);
			try {
				if (!autoCommit) {
					connection.setAutoCommit(true);
				}
				return call.on(new Session(connection, this.dialect.limitsQueries() ? seconds : 0));
			}
			finally {
				restore(connection, autoCommit, networkTimeout);
			}
		}
		finally {
			quietly(connection::close);
		}
	}

	boolean areOwn() {
		return this.lender.lendsOwn();
	}

	/**
	 * Returns whether the thread has a transaction on one of the connections.
	 * @return whether calls can join it
	 */
	boolean isInTransaction() {
		return TransactionSynchronizationManager.isActualTransactionActive() && boundDataSource() != null;
	}

	private @Nullable DataSource boundDataSource() {
		DataSource candidate = this.application;
		while (candidate != null && !TransactionSynchronizationManager.hasResource(candidate)) {
			candidate = (candidate instanceof DelegatingDataSource proxy) ? proxy.getTargetDataSource() : null;
		}
		return candidate;
	}

	/**
	 * Makes a call within the transaction of the thread, once.
	 * @param <T> the type of its result
	 * @param name the name of the call, for messages
	 * @param call the call
	 * @return its result, or {@code null} if it lost a race or others were in its way:
	 * the transaction is then of no use any more
	 * @throws IdempotencyRepositoryException if it failed
	 * @throws IllegalStateException if there is no transaction
	 */
	<T> @Nullable T join(String name, Call<T> call) {
		try {
			return joinOnce(name, call);
		}
		catch (SQLException ex) {
			if (this.dialect.isContention(ex)) {
				return null;
			}
			throw failure(name, ex);
		}
	}

	/**
	 * Makes a call within the transaction of the thread, once.
	 * @param <T> the type of its result
	 * @param name the name of the call, for messages
	 * @param call the call
	 * @return its result
	 * @throws SQLException if it failed
	 * @throws IllegalStateException if there is no transaction
	 */
	<T> @Nullable T joinOnce(String name, Call<T> call) throws SQLException {
		DataSource bound = boundDataSource();
		if (bound == null || !TransactionSynchronizationManager.isActualTransactionActive()) {
			throw new IllegalStateException("There is no transaction in which to " + name + " in " + this.target);
		}
		Connection connection = DataSourceUtils.doGetConnection(bound);
		try {
			return join(connection, call);
		}
		finally {
			DataSourceUtils.doReleaseConnection(connection, bound);
		}
	}

	IdempotencyRepositoryException failure(String name, SQLException cause) {
		return new IdempotencyRepositoryException("Could not " + name + " in " + this.target, cause);
	}

	private <T> @Nullable T join(Connection connection, Call<T> call) throws SQLException {
		int seconds = Math.toIntExact(this.timeout.toSeconds() + 1);
		int networkTimeout = limitNetwork(connection, seconds + 1);
		try {
			return call.on(new Session(connection, this.dialect.limitsQueries() ? seconds : 0));
		}
		finally {
			restore(connection, true, networkTimeout);
		}
	}

	private static int limitNetwork(Connection connection, int seconds) throws SQLException {
		try {
			int millis = Math.toIntExact(TimeUnit.SECONDS.toMillis(seconds));
			int before = connection.getNetworkTimeout();
			if (before > 0 && before <= millis) {
				return NETWORK_TIMEOUT_UNCHANGED;
			}
			connection.setNetworkTimeout(Runnable::run, millis);
			return before;
		}
		catch (SQLFeatureNotSupportedException ex) {
			return NETWORK_TIMEOUT_UNCHANGED;
		}
	}

	private static void restore(Connection connection, boolean autoCommit, int networkTimeout) {
		if (!autoCommit) {
			quietly(() -> connection.setAutoCommit(false));
		}
		if (networkTimeout != NETWORK_TIMEOUT_UNCHANGED) {
			quietly(() -> connection.setNetworkTimeout(Runnable::run, networkTimeout));
		}
	}

	// The call is over: what it answered stands even if its connection is broken now
	private static void quietly(CleanUp cleanUp) {
		try {
			cleanUp.run();
		}
		catch (SQLException ex) {
			// The pool notices, and replaces the connection
		}
	}

	/**
	 * One attempt at a call.
	 *
	 * @param <T> the type of its result
	 */
	interface Call<T> {

		/**
		 * Makes the attempt.
		 * @param session the session
		 * @return the result, or {@code null} if the attempt lost a race and must be
		 * repeated
		 * @throws SQLException if it failed
		 */
		@Nullable T on(Session session) throws SQLException;

	}

	private interface CleanUp {

		void run() throws SQLException;

	}

}
