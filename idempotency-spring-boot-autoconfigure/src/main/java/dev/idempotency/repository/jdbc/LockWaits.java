package dev.idempotency.repository.jdbc;

import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * Has claims within transactions wait as briefly as the database can for the lock that
 * another claim of the record holds.
 *
 * @param dialect the dialect of the database
 */
record LockWaits(JdbcDialect dialect) {

	/**
	 * Returns what makes the statements of a connection wait for locks as short as the
	 * database can.
	 * @return the statement, or {@code null} if there is none
	 */
	@Nullable String hurry() {
		return switch (this.dialect) {
			case H2 -> "set @idempotency_lock_timeout = lock_timeout(); set lock_timeout 1";
			case MYSQL -> "set @idempotency_lock_wait = @@session.innodb_lock_wait_timeout,"
					+ " session innodb_lock_wait_timeout = 1";
			default -> null;
		};
	}

	/**
	 * Returns what makes them wait as long as before.
	 * @return the statement, or {@code null} if there is none
	 */
	@Nullable String calm() {
		return switch (this.dialect) {
			case H2 -> "set lock_timeout @idempotency_lock_timeout";
			case MYSQL -> "set session innodb_lock_wait_timeout = @idempotency_lock_wait";
			default -> null;
		};
	}

	/**
	 * Returns what makes the one statement that it precedes wait for no lock.
	 * @return the prefix, may be empty
	 */
	String hurried() {
		return (this.dialect == JdbcDialect.MARIADB) ? "set statement innodb_lock_wait_timeout = 0 for " : "";
	}

	/**
	 * Returns whether a statement gave up on a lock that another transaction holds.
	 * @param ex the failure
	 * @return whether it waited as long as it may
	 */
	boolean isTimeout(SQLException ex) {
		return switch (this.dialect) {
			case H2 -> "HYT00".equals(ex.getSQLState());
			case MYSQL, MARIADB -> ex.getErrorCode() == JdbcDialect.MySql.LOCK_TIMEOUT;
			default -> false;
		};
	}

}
