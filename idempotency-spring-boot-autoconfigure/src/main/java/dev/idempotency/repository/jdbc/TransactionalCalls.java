package dev.idempotency.repository.jdbc;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.PartsDigest;
import dev.idempotency.repository.RecordedResponse;

/**
 * Claims and completes within a transaction of the application.
 * <p>
 * On PostgreSQL a claim is an advisory lock. The row is only written at the end, and the
 * primary key has the last word on it. Elsewhere the row is written first, and the
 * primary key holds other claims back.
 */
final class TransactionalCalls {

	private static final ClaimResult ACQUIRED = new ClaimResult.Acquired();

	private static final ClaimResult HELD_BACK = new ClaimResult.Uncommitted(true);

	private static final ClaimResult CONTENDED = new ClaimResult.Uncommitted(false);

	private final JdbcDialect dialect;

	private final LockWaits lockWaits;

	private final Statements statements;

	private final Sessions sessions;

	private final byte[] table;

	TransactionalCalls(JdbcDialect dialect, TableName table, Statements statements, Sessions sessions) {
		this.dialect = dialect;
		this.lockWaits = new LockWaits(dialect);
		this.statements = statements;
		this.sessions = sessions;
		this.table = table.value().getBytes(StandardCharsets.UTF_8);
	}

	Optional<String> obstacle() {
		return switch (this.dialect.transactionalClaims()) {
			case LOCK_FIRST -> AdvisoryLocks.missingIn(version())
				.map((product) -> "the database is " + product + ", whose advisory locks hold nobody back");
			case ROW_FIRST -> Optional.empty();
			case NONE -> Optional.of("this is not supported on the database of the repository");
		};
	}

	private String version() {
		return this.sessions
			.make("ask for the version",
					(session) -> session.rows(this.statements.version, Map.of(), (row) -> row.getString(1)))
			.get(0);
	}

	boolean arePossible() {
		return this.sessions.isInTransaction();
	}

	private boolean locksFirst() {
		return this.dialect.transactionalClaims() == JdbcDialect.TransactionalClaims.LOCK_FIRST;
	}

	ClaimResult claim(Claim claim) {
		if (locksFirst() && this.sessions.areOwn() && hasOldSnapshot()) {
			return lockThenLook(claim);
		}
		ClaimResult result = this.sessions.join("claim a record",
				(session) -> locksFirst() ? lock(session, claim) : insertHurriedly(session, claim));
		return (result != null) ? result : CONTENDED;
	}

	/**
	 * Returns whether the transaction sees what was there when it began, and is
	 * answerable for what it reads: each claim would then collide with others of other
	 * records, which are on the same pages.
	 */
	private static boolean hasOldSnapshot() {
		Integer isolation = TransactionSynchronizationManager.getCurrentTransactionIsolationLevel();
		return isolation != null && isolation >= Connection.TRANSACTION_REPEATABLE_READ;
	}

	private ClaimResult lockThenLook(Claim claim) {
		Boolean locked = this.sessions.join("claim a record",
				(session) -> session.rows(this.statements.lock, lockParameters(claim), (row) -> row.getBoolean(1))
					.get(0));
		if (locked == null) {
			return CONTENDED;
		}
		if (!locked) {
			return HELD_BACK;
		}
		List<Row> found = this.sessions.make("find a record",
				(session) -> session.rows(this.statements.find, parameters(claim), Row::read));
		return found.isEmpty() ? ACQUIRED : judge(found.get(0), claim);
	}

	private ClaimResult lock(Session session, Claim claim) throws SQLException {
		try (PreparedStatement statement = session.prepare(this.statements.lockAndFind)) {
			this.statements.lockAndFind.bind(statement, lockParameters(claim));
			statement.execute();
			try (ResultSet locks = statement.getResultSet()) {
				locks.next();
				if (!locks.getBoolean(1)) {
					return HELD_BACK;
				}
			}
			statement.getMoreResults();
			try (ResultSet found = statement.getResultSet()) {
				return found.next() ? judge(Row.read(found), claim) : ACQUIRED;
			}
		}
	}

	private static ClaimResult judge(Row row, Claim claim) {
		if (row.isGone()) {
			return ACQUIRED;
		}
		IdempotencyRecord record = row.toRecord();
		boolean mayTakeOver = record.state() == IdempotencyRecord.State.ABANDONED && claim.abandonedToken() != null
				&& claim.abandonedToken() == row.token();
		return mayTakeOver ? ACQUIRED : new ClaimResult.Existing(record);
	}

	private @Nullable ClaimResult insertHurriedly(Session session, Claim claim) throws SQLException {
		String hurry = this.lockWaits.hurry();
		if (hurry == null) {
			return insertOrGiveUp(session, claim);
		}
		session.execute(hurry);
		try {
			return insertOrGiveUp(session, claim);
		}
		finally {
			session.execute(String.valueOf(this.lockWaits.calm()));
		}
	}

	private @Nullable ClaimResult insertOrGiveUp(Session session, Claim claim) throws SQLException {
		try {
			return insert(session, claim);
		}
		catch (SQLException ex) {
			if (this.lockWaits.isTimeout(ex)) {
				return HELD_BACK;
			}
			throw ex;
		}
	}

	private @Nullable ClaimResult insert(Session session, Claim claim) throws SQLException {
		Map<String, @Nullable Object> parameters = parameters(claim);
		if (claim.abandonedToken() != null && session.update(this.statements.takeOverAtOnce, parameters) > 0) {
			return ACQUIRED;
		}
		try {
			session.update(this.statements.insertAtOnce, parameters);
			return ACQUIRED;
		}
		catch (SQLException ex) {
			if (!this.dialect.isDuplicate(ex)) {
				throw ex;
			}
		}
		List<Row> rows = session.rows(this.statements.find, parameters, Row::read);
		if (rows.isEmpty()) {
			return null;
		}
		Row row = rows.get(0);
		if (!row.isGone()) {
			return new ClaimResult.Existing(row.toRecord());
		}
		parameters.put("gone", row.token());
		return (session.update(this.statements.replaceAtOnce, parameters) > 0) ? ACQUIRED : null;
	}

	boolean complete(Claim claim, RecordedResponse response) {
		Map<String, @Nullable Object> parameters = parameters(claim);
		parameters.put("status", response.status());
		parameters.put("response", response.content());
		Sql sql = locksFirst() ? this.statements.record : this.statements.completeOwn;
		String name = "complete a record";
		try {
			return Boolean.TRUE.equals(this.sessions.joinOnce(name, (session) -> session.update(sql, parameters) > 0));
		}
		catch (SQLException ex) {
			if (this.dialect.isSerializationFailure(ex)) {
				// As the handler's own statements would have failed
				throw new CannotAcquireLockException("The transaction of the operation cannot be serialized", ex);
			}
			if (this.dialect.isContention(ex)) {
				return false;
			}
			throw this.sessions.failure(name, ex);
		}
	}

	boolean isSerializationFailure(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException ex && this.dialect.isSerializationFailure(ex)) {
				return true;
			}
		}
		return false;
	}

	private Map<String, @Nullable Object> parameters(Claim claim) {
		Map<String, @Nullable Object> parameters = new HashMap<>();
		byte[] id = claim.id().toBytes();
		parameters.put("id", id);
		parameters.put("token", claim.token());
		parameters.put("operation", claim.operation());
		parameters.put("fingerprint", claim.fingerprint().toBytes());
		parameters.put("lease", claim.lease().toMillis());
		parameters.put("ttl", claim.ttl().toMillis());
		// Its own token stands in for none: no abandoned claim has it
		parameters.put("abandoned", (claim.abandonedToken() != null) ? claim.abandonedToken() : claim.token());
		return parameters;
	}

	private Map<String, @Nullable Object> lockParameters(Claim claim) {
		byte[] id = claim.id().toBytes();
		return Map.of("id", id, "lock", ByteBuffer.wrap(new PartsDigest().add(this.table).add(id).toBytes()).getLong());
	}

}
