package dev.idempotency.repository.jdbc;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Lends the repository's own connections to its calls, so that renewals always find one,
 * and the purge leaves one to the others. Borrowed connections are the business of the
 * pool that they come from.
 */
final class Lender {

	private static final long PAUSE_OF_PURGE = 5;

	private final JdbcConnections connections;

	/** Connections for all calls but renewals, {@code null} if there is no bound. */
	private final @Nullable Semaphore free;

	Lender(JdbcConnections connections) {
		this.connections = connections;
		this.free = (connections.most() > 0) ? new Semaphore(connections.most() - 1, true) : null;
	}

	boolean lendsOwn() {
		return !this.connections.areBorrowed();
	}

	/**
	 * Lends what a call needs.
	 * @param purpose what the call is for
	 * @param patience how long to wait
	 * @return where to take the connection from, to be closed when it is back there
	 * @throws SQLException if the others did not give any back meanwhile
	 */
	Loan lend(Purpose purpose, Duration patience) throws SQLException {
		Semaphore permits = this.free;
		if (permits == null || purpose == Purpose.RENEWAL) {
			return new Loan(this.connections.leases(), null);
		}
		if (purpose == Purpose.PURGE && this.connections.most() == 2) {
			return new Loan(this.connections.application(), null);
		}
		try {
			if ((purpose == Purpose.PURGE) ? acquireSpare(permits, patience)
					: permits.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
				return new Loan(this.connections.leases(), permits);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		throw new SQLTransientConnectionException(
				"Other calls used all connections of the repository for " + patience.toMillis() + " ms");
	}

	// Not one who queues up: those behind would wait while it waits for the second one
	private static boolean acquireSpare(Semaphore permits, Duration patience) throws InterruptedException {
		long end = System.nanoTime() + patience.toNanos();
		while (!permits.tryAcquire(2)) {
			if (System.nanoTime() > end) {
				return false;
			}
			Thread.sleep(PAUSE_OF_PURGE);
		}
		permits.release();
		return true;
	}

	/** What a call is for. */
	enum Purpose {

		/** A request. */
		REQUEST,

		/** The renewal of leases. */
		RENEWAL,

		/** The purge. */
		PURGE

	}

	/**
	 * The right to use one connection.
	 *
	 * @param source where to take it from
	 * @param permits to whom to give the right back, {@code null} if there is no bound
	 */
	record Loan(DataSource source, @Nullable Semaphore permits) implements AutoCloseable {

		@Override
		public void close() {
			if (this.permits != null) {
				this.permits.release();
			}
		}

	}

}
