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

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.PartsDigest;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.Rival;

/**
 * Claims and completes within a transaction of the application.
 * <p>
 * On PostgreSQL a claim is two advisory locks: one of the record, and a shared one that
 * nobody contends for and that says by its number which request has made the claim. Who
 * does not get the first reads the second off the list of locks, at one moment for both:
 * an owner may end at any other. The row is only written at the end, and the primary key
 * has the last word on it. Elsewhere the row is written first, and the primary key holds
 * other claims back.
 */
final class TransactionalCalls {

	private static final ClaimResult ACQUIRED = new ClaimResult.Acquired();

	private static final ClaimResult UNKNOWN_RIVAL = new ClaimResult.Uncommitted(Rival.UNKNOWN);

	private final JdbcDialect dialect;

	private final Statements statements;

	private final Sessions sessions;

	private final byte[] table;

	TransactionalCalls(JdbcDialect dialect, TableName table, Statements statements, Sessions sessions) {
		this.dialect = dialect;
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
		ClaimResult result = this.sessions.join("claim a record",
				(session) -> locksFirst() ? lock(session, claim) : insertHurriedly(session, claim));
		return (result != null) ? result : UNKNOWN_RIVAL;
	}

	private ClaimResult lock(Session session, Claim claim) throws SQLException {
		try (PreparedStatement statement = session.prepare(this.statements.lockAndFind)) {
			this.statements.lockAndFind.bind(statement, lockParameters(claim));
			statement.execute();
			try (ResultSet locks = statement.getResultSet()) {
				locks.next();
				if (!locks.getBoolean(2)) {
					return UNKNOWN_RIVAL;
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
		String hurry = this.dialect.hurry();
		if (hurry == null) {
			return insert(session, claim);
		}
		session.execute(hurry);
		try {
			return insert(session, claim);
		}
		finally {
			session.execute(String.valueOf(this.dialect.calm()));
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
		Boolean completed = this.sessions.join("complete a record", (session) -> session.update(sql, parameters) > 0);
		return Boolean.TRUE.equals(completed);
	}

	/**
	 * Finds out which request holds an uncommitted claim back: no more than that, since
	 * the rest may never come true.
	 */
	Rival findRival(Claim claim) {
		Rival rival = this.sessions.join("find a record",
				(session) -> locksFirst() ? findOwner(session, claim) : readUncommitted(session, claim));
		return (rival != null) ? rival : Rival.UNKNOWN;
	}

	private Rival findOwner(Session session, Claim claim) throws SQLException {
		return judge(session.rows(this.statements.findOwner, lockParameters(claim), (row) -> (int) row.getLong(1)),
				requestOf(claim));
	}

	private Rival readUncommitted(Session session, Claim claim) throws SQLException {
		Connection connection = session.connection();
		int isolation = connection.getTransactionIsolation();
		connection.setTransactionIsolation(Connection.TRANSACTION_READ_UNCOMMITTED);
		try {
			return judge(session.rows(this.statements.findFingerprint, parameters(claim),
					(row) -> Fingerprint.of(row.getBytes(1))), claim.fingerprint());
		}
		finally {
			connection.setTransactionIsolation(isolation);
		}
	}

	private static <T> Rival judge(List<T> owners, T own) {
		if (owners.isEmpty()) {
			return Rival.UNKNOWN;
		}
		return owners.get(0).equals(own) ? Rival.SAME_REQUEST : Rival.OTHER_REQUEST;
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
		Map<String, @Nullable Object> parameters = new HashMap<>();
		byte[] id = claim.id().toBytes();
		long lock = ByteBuffer.wrap(new PartsDigest().add(this.table).add(id).toBytes()).getLong();
		parameters.put("id", id);
		parameters.put("lock", lock);
		parameters.put("lockhigh", lock >>> Integer.SIZE);
		parameters.put("locklow", Integer.toUnsignedLong((int) lock));
		parameters.put("marker", (int) lock);
		parameters.put("request", requestOf(claim));
		return parameters;
	}

	// Enough to tell requests apart until the record has the whole fingerprint
	private static int requestOf(Claim claim) {
		return ByteBuffer.wrap(new PartsDigest().add(claim.fingerprint().toBytes()).toBytes()).getInt();
	}

}
