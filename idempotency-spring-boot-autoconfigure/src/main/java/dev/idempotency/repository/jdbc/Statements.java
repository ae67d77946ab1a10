package dev.idempotency.repository.jdbc;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

/**
 * The statements for one table in one dialect.
 * <p>
 * A record is completed when it has a status, and its lease is then set to zero. So one
 * condition tells whether a record is live, whatever its state: its expiry or its lease
 * is in the future.
 */
final class Statements {

	private static final String COLUMNS = "operation, fingerprint, token, created_at, lease_until, completed_at,"
			+ " expires_at, status, response";

	private final JdbcDialect dialect;

	private final TableName table;

	/** Claims and answers with what is there, where one statement can do that. */
	final @Nullable Sql claimAtOnce;

	/** Claims a record that is not there. */
	final Sql insert;

	/** Claims a record that is gone. */
	final Sql replace;

	/** Claims a record that was abandoned. */
	final Sql takeOver;

	/** Reads a record, live or not. */
	final Sql find;

	/** Records the outcome. */
	final Sql complete;

	/** Deletes a record for its owner. */
	final Sql release;

	/** Extends a lease. */
	final Sql renew;

	/** Deletes a record for anybody. */
	final Sql delete;

	/** Deletes records that are gone, where one statement can do that. */
	final @Nullable Sql purge;

	/** Reads the ids of records that are gone. */
	final Sql findGone;

	/** Takes the lock of a claim, and then reads the record, live or not. */
	final Sql lockAndFind;

	/** Takes the lock of a claim. */
	final Sql lock = Sql.of("select pg_try_advisory_xact_lock(:lock)");

	/** Records the outcome of a claim that only has a lock. */
	final Sql record;

	/** {@link #insert}, without waiting for locks. */
	final Sql insertAtOnce;

	/** {@link #replace}, without waiting for locks. */
	final Sql replaceAtOnce;

	/** {@link #takeOver}, without waiting for locks. */
	final Sql takeOverAtOnce;

	/** Records the outcome of a claim whose row is not committed yet. */
	final Sql completeOwn;

	/** Reads what the server calls itself. */
	final Sql version = Sql.of("select version()");

	/** Fails if the table or a column is missing. */
	final Sql verify;

	Statements(JdbcDialect dialect, TableName table) {
		this.dialect = dialect;
		this.table = table;
		this.claimAtOnce = (dialect.claim() != null) ? sql(dialect.claim()) : null;
		String insertTemplate = """
				insert into {table} (id, operation, fingerprint, token, created_at, lease_until, expires_at)
				values (:id, :operation, :fingerprint, :token, {now}, {now} + :lease, {now} + :ttl)
				""";
		this.insert = sql(insertTemplate);
		this.insertAtOnce = sql("{hurried}" + insertTemplate);
		String replaceTemplate = """
				update {table} set operation = :operation, fingerprint = :fingerprint, token = :token,
					created_at = {now}, lease_until = {now} + :lease, expires_at = {now} + :ttl,
					completed_at = null, status = null, response = null
				where id = :id and token = :gone and {gone}
				""";
		this.replace = sql(replaceTemplate);
		this.replaceAtOnce = sql("{hurried}" + replaceTemplate);
		String takeOverTemplate = """
				update {table} set operation = :operation, fingerprint = :fingerprint, token = :token,
					lease_until = {now} + :lease
				where id = :id and token = :abandoned and status is null
					and lease_until <= {now} and expires_at > {now}
				""";
		this.takeOver = sql(takeOverTemplate);
		this.takeOverAtOnce = sql("{hurried}" + takeOverTemplate);
		this.find = sql("select {columns}, {now} from {table} where id = :id");
		this.complete = sql("""
				update {table} set status = :status, response = :response, completed_at = {now}, lease_until = 0
				where id = :id and token = :token and status is null and {live}
				""");
		this.release = sql("delete from {table} where id = :id and token = :token and status is null and {live}");
		this.renew = sql("""
				update {table} set lease_until = {now} + :lease
				where id = :id and token = :token and status is null and {live}
				""");
		this.delete = sql("delete from {table} where id = :id and {live}");
		this.purge = (dialect.purge() != null) ? sql(dialect.purge()) : null;
		this.findGone = sql("select id from {table} where {gone} order by expires_at " + dialect.limit());
		// The lock is taken in a statement of its own, whose snapshot is older than it is
		this.lockAndFind = sql("""
				select pg_try_advisory_xact_lock(:lock);
				select {columns}, {now} from {table} where id = :id
				""");
		// The transaction began with the claim
		this.record = sql("""
				insert into {table} as record (id, operation, fingerprint, token, created_at, lease_until, expires_at,
					completed_at, status, response)
				values (:id, :operation, :fingerprint, :token, {began}, 0, {began} + :ttl, {now}, :status, :response)
				on conflict (id) do update set operation = excluded.operation, fingerprint = excluded.fingerprint,
					token = excluded.token,
					created_at = case when {abandoned} then record.created_at else excluded.created_at end,
					expires_at = case when {abandoned} then record.expires_at else excluded.expires_at end,
					lease_until = 0, completed_at = excluded.completed_at, status = excluded.status,
					response = excluded.response
				where {abandoned} or (record.expires_at <= {now} and record.lease_until <= {now})
				""");
		this.completeOwn = sql("""
				update {table} set status = :status, response = :response, completed_at = {now}, lease_until = 0
				where id = :id and token = :token and status is null
				""");
		this.verify = sql("select id, {columns} from {table} where 1 = 0");
	}

	/**
	 * Returns the statement that deletes those of some records that are still gone.
	 * @param count the number of records
	 * @return the statement, with their ids as {@code id0}, {@code id1} and so on
	 */
	Sql deleteGone(int count) {
		String ids = IntStream.range(0, count).mapToObj((i) -> ":id" + i).collect(Collectors.joining(", "));
		return sql("delete from {table} where id in (" + ids + ") and {gone}");
	}

	/**
	 * Fills in what templates leave to table and dialect.
	 * @param template the statement, with names in braces
	 * @return the statement
	 */
	Sql sql(String template) {
		return Sql.of(template.replace("{hurried}", new LockWaits(this.dialect).hurried())
			.replace("{abandoned}",
					"(record.token = :abandoned and record.status is null and record.lease_until <= {now}"
							+ " and record.expires_at > {now})")
			.replace("{began}", this.dialect.now().replace("statement_timestamp", "transaction_timestamp"))
			.replace("{live}", "(expires_at > {now} or lease_until > {now})")
			.replace("{gone}", "(expires_at <= {now} and lease_until <= {now})")
			.replace("{columns}", COLUMNS)
			.replace("{now}", this.dialect.now())
			.replace("{table}", this.table.value()));
	}

}
