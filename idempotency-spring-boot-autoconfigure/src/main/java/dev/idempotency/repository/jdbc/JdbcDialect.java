package dev.idempotency.repository.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.IdempotencyRepositoryException;

/**
 * What databases do differently. Everything else is in {@link Statements}.
 * <p>
 * The clock of each is its time at the start of the statement, in milliseconds since the
 * epoch, by an expression in which no time zone of server, session or JVM has a part.
 */
enum JdbcDialect {

	/**
	 * The insert leaves a record that it meets alone, and the select behind it reads that
	 * record as it was before: a replay writes nothing and locks nothing. If there was
	 * one and it went away meanwhile, both answer, and the claim stands. If one appeared
	 * meanwhile, neither answers: the claim is made again.
	 */
	POSTGRESQL("postgresql", "floor(date_part('epoch', statement_timestamp()) * 1000)::bigint", "limit :limit",
			Set.of("55P03"), Set.of(), TransactionalClaims.LOCK_FIRST, """
					with claimed as (
						insert into {table} (id, operation, fingerprint, token, created_at, lease_until, expires_at)
						values (:id, :operation, :fingerprint, :token, {now}, {now} + :lease, {now} + :ttl)
						on conflict (id) do nothing
						returning token
					)
					select '', ''::bytea, token, 0, 0, null::bigint, 0, null::smallint, null::bytea, 0 from claimed
					union all
					select {columns}, {now} from {table} where id = :id
					""", """
					delete from {table} where ctid = any(array(
						select ctid from {table} where {gone} order by expires_at limit :limit
						for update skip locked
					))
					"""),

	MYSQL("mysql", MySql.NOW, "limit :limit", Set.of(), MySql.CONTENTION, TransactionalClaims.ROW_FIRST, null, null),

	/**
	 * Assignments are evaluated from left to right and see each other. So the token comes
	 * first, and says to the others whether the record was gone: tokens are unique, the
	 * one of this claim can be there for no other reason.
	 */
	MARIADB("mariadb", MySql.NOW, "limit :limit", Set.of(), MySql.CONTENTION, TransactionalClaims.ROW_FIRST, """
			insert into {table} (id, operation, fingerprint, token, created_at, lease_until, expires_at)
			values (:id, :operation, :fingerprint, :token, {now}, {now} + :lease, {now} + :ttl)
			on duplicate key update
				token = if({gone}, values(token), token),
				operation = if(token = values(token), values(operation), operation),
				fingerprint = if(token = values(token), values(fingerprint), fingerprint),
				created_at = if(token = values(token), values(created_at), created_at),
				lease_until = if(token = values(token), values(lease_until), lease_until),
				expires_at = if(token = values(token), values(expires_at), expires_at),
				completed_at = if(token = values(token), null, completed_at),
				status = if(token = values(token), null, status),
				response = if(token = values(token), null, response)
			returning {columns}, {now}
			""", null),

	/**
	 * The final table has the row that the merge wrote, if it wrote one. A row that
	 * another session inserts meanwhile makes the merge fail on the primary key: the
	 * claim is made again.
	 */
	H2("h2", "cast(floor(extract(epoch from current_timestamp(3)) * 1000) as bigint)", "fetch first :limit rows only",
			Set.of("23505", "HYT00"), Set.of(90131, 90039), TransactionalClaims.ROW_FIRST, """
					select {columns}, {now} from final table (
						merge into {table} as record
						using (select cast(:id as binary(32)) as id) as bid on record.id = bid.id
						when matched and record.expires_at <= {now} and record.lease_until <= {now} then update set
							operation = :operation, fingerprint = :fingerprint, token = :token,
							created_at = {now}, lease_until = {now} + :lease, expires_at = {now} + :ttl,
							completed_at = null, status = null, response = null
						when not matched then insert
							(id, operation, fingerprint, token, created_at, lease_until, expires_at)
						values (bid.id, :operation, :fingerprint, :token, {now}, {now} + :lease, {now} + :ttl)
					)
					union all
					select {columns}, {now} from {table} where id = :id and token <> :token and {live}
					""", null),

	/** Experimental: no server of it can be started by the build. */
	ORACLE("oracle", """
			(extract(day from (sys_extract_utc(systimestamp) - timestamp '1970-01-01 00:00:00')) * 86400000
			+ extract(hour from sys_extract_utc(systimestamp)) * 3600000
			+ extract(minute from sys_extract_utc(systimestamp)) * 60000
			+ trunc(extract(second from sys_extract_utc(systimestamp)) * 1000))""", "fetch first :limit rows only",
			Set.of(), Set.of(54, 60, 8177, 30006), TransactionalClaims.NONE, null, null),

	/** Experimental: no server of it can be started by the build. */
	SQLSERVER("sqlserver", "datediff_big(millisecond, '1970-01-01', sysutcdatetime())",
			"offset 0 rows fetch next :limit rows only", Set.of(), Set.of(1205, 1222, 3960), TransactionalClaims.NONE,
			null, null);

	private static final String CLASS_OF_CONSTRAINT_VIOLATIONS = "23";

	private static final String CLASS_OF_ROLLBACKS = "40";

	private static final Set<String> STATES_OF_MISSING_OBJECTS = Set.of("42P01", "42703", "3F000", "42S02", "42S03",
			"42S04", "42S22", "90079", "S0002", "S0001");

	private static final Set<Integer> ORACLE_CODES_OF_MISSING_OBJECTS = Set.of(904, 942);

	private final String platform;

	private final String now;

	private final String limit;

	@SuppressWarnings("ImmutableEnumChecker") // Made by Set.of
	private final Set<String> contentionStates;

	@SuppressWarnings("ImmutableEnumChecker") // Made by Set.of
	private final Set<Integer> contentionCodes;

	private final TransactionalClaims transactionalClaims;

	private final @Nullable String claim;

	private final @Nullable String purge;

	JdbcDialect(String platform, String now, String limit, Set<String> contentionStates, Set<Integer> contentionCodes,
			TransactionalClaims transactionalClaims, @Nullable String claim, @Nullable String purge) {
		this.platform = platform;
		this.now = now;
		this.limit = limit;
		this.contentionStates = contentionStates;
		this.contentionCodes = contentionCodes;
		this.transactionalClaims = transactionalClaims;
		this.claim = claim;
		this.purge = purge;
	}

	static JdbcDialect of(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection()) {
			DatabaseMetaData metaData = connection.getMetaData();
			return of(metaData.getDatabaseProductName(), metaData.getDatabaseProductVersion());
		}
		catch (SQLException ex) {
			throw new IdempotencyRepositoryException("Could not ask the database for its product name", ex);
		}
	}

	static JdbcDialect of(String product, String version) {
		return switch (product.toLowerCase(Locale.ROOT)) {
			case "postgresql" -> POSTGRESQL;
			// MySQL's driver calls a MariaDB server MySQL
			case "mysql" -> version.toLowerCase(Locale.ROOT).contains("mariadb") ? MARIADB : MYSQL;
			case "mariadb" -> MARIADB;
			case "h2" -> H2;
			case "oracle" -> ORACLE;
			case "microsoft sql server" -> SQLSERVER;
			default -> throw new IllegalArgumentException(
					"There is no JDBC idempotency repository for the database '" + product + "', only for "
							+ Arrays.stream(values()).map(JdbcDialect::platform).collect(Collectors.joining(", ")));
		};
	}

	/**
	 * Returns the name of the database as in Spring Boot's {@code DatabaseDriver}.
	 * @return the platform
	 */
	String platform() {
		return this.platform;
	}

	/**
	 * Returns whether no server of this database has ever run the statements.
	 * @return {@code true} if nobody has seen them work
	 */
	boolean isExperimental() {
		return this == ORACLE || this == SQLSERVER;
	}

	/**
	 * Returns the expression for the time at the start of the statement.
	 * @return the expression, in milliseconds since the epoch
	 */
	String now() {
		return this.now;
	}

	/**
	 * Returns the clause that ends a query with a limited number of rows.
	 * @return the clause
	 */
	String limit() {
		return this.limit;
	}

	TransactionalClaims transactionalClaims() {
		return this.transactionalClaims;
	}

	/**
	 * Returns the statement that claims and answers at once.
	 * @return the template, or {@code null} if the database needs several statements
	 */
	@Nullable String claim() {
		return this.claim;
	}

	/**
	 * Returns the statement that purges at once.
	 * @return the template, or {@code null} if the database needs several statements
	 */
	@Nullable String purge() {
		return this.purge;
	}

	/**
	 * Returns whether H2 would send a statement of its own to set a query timeout.
	 * @return {@code false} if statements end by the timeout of the database
	 */
	boolean limitsQueries() {
		return this != H2;
	}

	boolean isDuplicate(SQLException ex) {
		return hasClass(ex, CLASS_OF_CONSTRAINT_VIOLATIONS);
	}

	boolean isSerializationFailure(SQLException ex) {
		return hasClass(ex, CLASS_OF_ROLLBACKS);
	}

	/**
	 * Returns whether the database gave up one of several calls that were in each other's
	 * way, after undoing it.
	 * @param ex the failure
	 * @return whether to try again
	 */
	boolean isContention(SQLException ex) {
		return hasClass(ex, CLASS_OF_ROLLBACKS) || this.contentionStates.contains(String.valueOf(ex.getSQLState()))
				|| this.contentionCodes.contains(ex.getErrorCode());
	}

	boolean isMissingObject(SQLException ex) {
		return STATES_OF_MISSING_OBJECTS.contains(String.valueOf(ex.getSQLState()))
				|| (this == ORACLE && ORACLE_CODES_OF_MISSING_OBJECTS.contains(ex.getErrorCode()));
	}

	private static boolean hasClass(SQLException ex, String sqlStateClass) {
		return ex.getSQLState() != null && ex.getSQLState().startsWith(sqlStateClass);
	}

	/** How claims within transactions hold each other back. */
	enum TransactionalClaims {

		/** By locks that end with their transaction. */
		LOCK_FIRST,

		/** By the primary key of the row that is inserted first. */
		ROW_FIRST,

		/** Not at all. */
		NONE

	}

	/** What MySQL and MariaDB have in common. */
	static final class MySql {

		private static final String NOW = "(timestampdiff(microsecond, timestamp '1970-01-01 00:00:00',"
				+ " utc_timestamp(3)) div 1000)";

		static final int LOCK_TIMEOUT = 1205;

		/** Lock timeout, deadlock, and a snapshot that is too old (MariaDB). */
		private static final Set<Integer> CONTENTION = Set.of(LOCK_TIMEOUT, 1213, 1020);

	}

}
