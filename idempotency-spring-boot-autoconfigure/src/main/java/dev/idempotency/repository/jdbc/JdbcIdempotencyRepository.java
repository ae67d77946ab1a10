package dev.idempotency.repository.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.PurgeableIdempotencyRepository;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.TransactionalIdempotencyRepository;

/**
 * Keeps the records in a table of the application's database: PostgreSQL, MySQL, MariaDB
 * or H2. Oracle and SQL Server are experimental: no server of them has ever run this.
 * <p>
 * Except for claims and completions that are asked to be part of it, calls never join a
 * transaction of the application, and see none of its uncommitted work. Each takes one of
 * the repository's {@linkplain JdbcConnections connections} for its own duration; if they
 * are borrowed, also inside a transaction that holds another one. On PostgreSQL, MariaDB
 * and H2 every call is one statement that commits by itself, except that on PostgreSQL a
 * claim of a record that has expired and is not purged yet takes two; on the others a
 * claim of any record that exists takes two. On PostgreSQL and MariaDB, claims on
 * connections of the repository's own that arrive while others are under way share a
 * statement and its commit, and so do completions.
 *
 * @since 0.1.0
 */
public final class JdbcIdempotencyRepository
		implements PurgeableIdempotencyRepository, TransactionalIdempotencyRepository {

	private static final Logger logger = LoggerFactory.getLogger(JdbcIdempotencyRepository.class);

	private static final ClaimResult ACQUIRED = new ClaimResult.Acquired();

	private final JdbcConnections connections;

	private final Duration timeout;

	private final TableName table;

	private final JdbcDialect dialect;

	private final Statements statements;

	private final Sessions sessions;

	private final Renewals renewals;

	private final ExpiredRecords expiredRecords;

	private final TransactionalCalls transactionalCalls;

	/** {@code null} if each call is made by itself. */
	private final @Nullable CombinedCalls combinedCalls;

	/**
	 * Creates a repository that borrows the application's connections, for which it
	 * connects to the database once.
	 * @param dataSource where to take connections from; not one of a JTA transaction
	 * manager
	 * @param tableName the table of the records, may be qualified by its schema
	 * @param timeout how long a call may take once it has a connection; databases round
	 * it up to seconds. How long it waits for the connection is up to the data source
	 * @throws IllegalArgumentException if the name cannot be used, or the database is not
	 * one of the above
	 * @throws IdempotencyRepositoryException if the database cannot be reached
	 */
	public JdbcIdempotencyRepository(DataSource dataSource, String tableName, Duration timeout) {
		this(JdbcConnections.borrowed(dataSource), tableName, timeout);
	}

	/**
	 * Creates a repository, for which it connects to the database once.
	 * @param connections where to take connections from
	 * @param tableName the table of the records, may be qualified by its schema
	 * @param timeout how long a call may take once it has a connection, and how long it
	 * waits for one of the repository's own; databases round it up to seconds
	 * @throws IllegalArgumentException if the name cannot be used, or the database is not
	 * one of the above
	 * @throws IdempotencyRepositoryException if the database cannot be reached
	 */
	public JdbcIdempotencyRepository(JdbcConnections connections, String tableName, Duration timeout) {
		this(connections, tableName, timeout, JdbcDialect.of(connections.leases()));
	}

	JdbcIdempotencyRepository(JdbcConnections connections, String tableName, Duration timeout, JdbcDialect dialect) {
		this.connections = connections;
		this.timeout = timeout;
		this.table = new TableName(tableName);
		this.dialect = dialect;
		this.statements = new Statements(dialect, this.table);
		this.sessions = new Sessions(connections, dialect, "table '" + tableName + "'", timeout);
		this.renewals = new Renewals(this.statements, this.sessions);
		this.expiredRecords = new ExpiredRecords(this.statements, this.sessions);
		this.transactionalCalls = new TransactionalCalls(dialect, this.table, this.statements, this.sessions);
		this.combinedCalls = CombinedCalls.create(dialect, this.statements, this.sessions, timeout, this::release);
	}

	/**
	 * Checks by a query without rows that table and columns exist.
	 * @throws IdempotencyTableMissingException if they do not
	 * @throws IdempotencyRepositoryException if the database does not answer
	 */
	public void verifyTable() {
		try {
			this.sessions.make("check the columns",
					(session) -> session.rows(this.statements.verify, Map.of(), (row) -> row));
			if (this.dialect.isExperimental()) {
				logger.warn("The jdbc repository on {} is experimental: no server of it has ever run this",
						this.dialect.platform());
			}
		}
		catch (IdempotencyRepositoryException ex) {
			if (ex.getCause() instanceof SQLException cause && this.dialect.isMissingObject(cause)) {
				throw new IdempotencyTableMissingException(this.table.value(), this.dialect.platform(), cause);
			}
			throw ex;
		}
	}

	/**
	 * Checks, by a record that it writes and deletes again, whether the transactions of
	 * the application reach the same table as calls outside of them.
	 * @return {@code false} if they do not, or one of the two cannot be reached
	 */
	public boolean reachesOneTable() {
		return this.connections.areBorrowed() || TableProbe.isOne(this,
				new JdbcIdempotencyRepository(JdbcConnections.borrowed(this.connections.application()),
						this.table.value(), this.timeout, this.dialect));
	}

	@Override
	public ClaimResult claim(Claim claim) {
		return (this.combinedCalls != null && claim.abandonedToken() == null)
				? this.combinedCalls.claim(claim, () -> claimAlone(claim)) : claimAlone(claim);
	}

	private ClaimResult claimAlone(Claim claim) {
		Map<String, @Nullable Object> parameters = parameters(claim.id(), claim.token());
		parameters.put("operation", claim.operation());
		parameters.put("fingerprint", claim.fingerprint().toBytes());
		parameters.put("lease", claim.lease().toMillis());
		parameters.put("ttl", claim.ttl().toMillis());
		parameters.put("abandoned", claim.abandonedToken());
		return this.sessions.make("claim a record", (session) -> {
			if (claim.abandonedToken() != null && session.update(this.statements.takeOver, parameters) > 0) {
				return ACQUIRED;
			}
			return (this.statements.claimAtOnce != null)
					? claimRead(session, this.statements.claimAtOnce, claim, parameters)
					: claimStepByStep(session, claim, parameters);
		});
	}

	private @Nullable ClaimResult claimStepByStep(Session session, Claim claim,
			Map<String, @Nullable Object> parameters) throws SQLException {
		return insert(session, parameters) ? ACQUIRED : claimRead(session, this.statements.find, claim, parameters);
	}

	/**
	 * Goes by what a statement read, which may be a claim that it has just made.
	 */
	private @Nullable ClaimResult claimRead(Session session, Sql sql, Claim claim,
			Map<String, @Nullable Object> parameters) throws SQLException {
		List<Row> rows = session.rows(sql, parameters, Row::read);
		if (rows.isEmpty()) {
			return null;
		}
		Row row = rows.get(0);
		if (row.isClaimedBy(claim)) {
			return ACQUIRED;
		}
		if (!row.isGone()) {
			return new ClaimResult.Existing(row.toRecord());
		}
		parameters.put("gone", row.token());
		return (session.update(this.statements.replace, parameters) > 0) ? ACQUIRED : null;
	}

	private boolean insert(Session session, Map<String, @Nullable Object> parameters) throws SQLException {
		try {
			session.update(this.statements.insert, parameters);
			return true;
		}
		catch (SQLException ex) {
			if (this.dialect.isDuplicate(ex)) {
				return false;
			}
			throw ex;
		}
	}

	@Override
	public boolean complete(RecordId id, long token, RecordedResponse response) {
		return (this.combinedCalls != null)
				? this.combinedCalls.complete(id, token, response, () -> completeAlone(id, token, response))
				: completeAlone(id, token, response);
	}

	private boolean completeAlone(RecordId id, long token, RecordedResponse response) {
		Map<String, @Nullable Object> parameters = parameters(id, token);
		parameters.put("status", response.status());
		parameters.put("response", response.content());
		return this.sessions.make("complete a record",
				(session) -> session.update(this.statements.complete, parameters) > 0
						|| isCompleted(session, token, parameters));
	}

	// Only asked when nothing was updated: the call is a repeated one, or lost
	private boolean isCompleted(Session session, long token, Map<String, @Nullable Object> parameters)
			throws SQLException {
		return session.rows(this.statements.find, parameters, Row::read)
			.stream()
			.anyMatch((row) -> row.token() == token && row.isCompleted() && !row.isGone());
	}

	@Override
	public boolean release(RecordId id, long token) {
		Map<String, @Nullable Object> parameters = parameters(id, token);
		return this.sessions.make("release a record",
				(session) -> session.update(this.statements.release, parameters) > 0);
	}

	@Override
	public Set<RecordId> renew(Collection<Lease> leases) {
		return this.renewals.renew(leases);
	}

	@Override
	public Optional<IdempotencyRecord> find(RecordId id) {
		return this.sessions
			.make("find a record", (session) -> session.rows(this.statements.find, parameters(id), Row::read))
			.stream()
			.filter((row) -> !row.isGone())
			.map(Row::toRecord)
			.findFirst();
	}

	@Override
	public boolean delete(RecordId id) {
		return this.sessions.make("delete a record",
				(session) -> session.update(this.statements.delete, parameters(id)) > 0);
	}

	@Override
	public int purge(int limit) {
		return this.expiredRecords.purge(limit);
	}

	@Override
	public Optional<String> obstacleToTransactions() {
		Optional<String> obstacle = this.transactionalCalls.obstacle();
		if (obstacle.isPresent()) {
			return obstacle;
		}
		boolean separate = !this.connections.areBorrowed();
		if (separate && JdbcConnections.routes(this.connections.application())) {
			return Optional
				.of("the application's DataSource routes by the request, and does not always reach the table of"
						+ " the repository");
		}
		return (separate && !reachesOneTable())
				? Optional.of("the application's DataSource does not reach the table of the repository")
				: Optional.empty();
	}

	@Override
	public boolean isInTransaction() {
		return this.transactionalCalls.arePossible();
	}

	@Override
	public ClaimResult claimInTransaction(Claim claim) {
		return this.transactionalCalls.claim(claim);
	}

	@Override
	public boolean completeInTransaction(Claim claim, RecordedResponse response) {
		return this.transactionalCalls.complete(claim, response);
	}

	@Override
	public boolean isSerializationFailure(Throwable failure) {
		return this.transactionalCalls.isSerializationFailure(failure);
	}

	private static Map<String, @Nullable Object> parameters(RecordId id, long token) {
		Map<String, @Nullable Object> parameters = parameters(id);
		parameters.put("token", token);
		return parameters;
	}

	private static Map<String, @Nullable Object> parameters(RecordId id) {
		Map<String, @Nullable Object> parameters = new HashMap<>();
		parameters.put("id", id.toBytes());
		return parameters;
	}

}
