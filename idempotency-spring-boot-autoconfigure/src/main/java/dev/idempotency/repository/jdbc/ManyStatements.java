package dev.idempotency.repository.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.jdbc.CombinedCalls.Completion;

/**
 * Statements that claim or complete many records at once.
 */
interface ManyStatements {

	/**
	 * Returns the statements of a database.
	 * @param dialect the dialect of the database
	 * @param statements the statements for one record
	 * @return {@code null} if there are none
	 */
	static @Nullable ManyStatements of(JdbcDialect dialect, Statements statements) {
		return switch (dialect) {
			case POSTGRESQL -> new Arrays(statements);
			case MARIADB -> new Lists(dialect, statements);
			default -> null;
		};
	}

	/**
	 * Claims records.
	 * @param session the session
	 * @param claims the claims, each of another record, in the order of these
	 * @return what was there, or was made
	 * @throws SQLException if nothing was claimed
	 */
	Map<RecordId, Row> claim(Session session, List<Claim> claims) throws SQLException;

	/**
	 * Completes records.
	 * @param session the session
	 * @param completions the outcomes, each of another record, in the order of these
	 * @return the records that certainly are completed
	 * @throws SQLException if it is not known whether any is
	 */
	Set<RecordId> complete(Session session, List<Completion> completions) throws SQLException;

	/**
	 * Keeps what a statement read of a record. If it made a claim in place of a record
	 * that went away meanwhile, it read both, and the claim stands.
	 */
	private static Row put(Map<RecordId, Row> rows, ResultSet resultSet) throws SQLException {
		Row row = Row.read(resultSet);
		rows.putIfAbsent(RecordId.of(resultSet.getBytes(11)), row);
		return row;
	}

	/**
	 * PostgreSQL's: one statement for any number of records, whose values are arrays, so
	 * that it is planned once. A plan that is made while the table is empty would read
	 * all of it, and would be kept when it no longer is: so it may only look up by the
	 * index.
	 */
	final class Arrays implements ManyStatements {

		/** For the statement that follows, to whose transaction it belongs. */
		private static final String SETTINGS = Stream
			.of("'plan_cache_mode', 'force_generic_plan'", "'enable_seqscan', 'off'", "'enable_hashjoin', 'off'",
					"'enable_mergejoin', 'off'", "'lock_timeout', '1'")
			.map((setting) -> "set_config(" + setting + ", true)")
			.collect(Collectors.joining(", ", "select ", ";\n"));

		private final Sql claim;

		private final Sql complete;

		Arrays(Statements statements) {
			this.claim = statements.sql(SETTINGS + """
					with claimed as (
						insert into {table} (id, operation, fingerprint, token, created_at, lease_until, expires_at)
						select id, operation, fingerprint, token, {now}, {now} + lease, {now} + ttl
						from unnest(:ids, :operations, :fingerprints, :tokens, :leases, :ttls)
							as bid (id, operation, fingerprint, token, lease, ttl)
						on conflict (id) do nothing
						returning id, token
					)
					select '', ''::bytea, token, 0, 0, null::bigint, 0, null::smallint, null::bytea, 0, id from claimed
					union all
					select {columns}, {now}, id from {table} where id = any(:ids)
					""");
			this.complete = statements.sql(SETTINGS + """
					update {table} as record
					set status = done.status::smallint, response = done.response, completed_at = {now}, lease_until = 0
					from unnest(:ids, :tokens, :statuses, :responses) as done (id, token, status, response)
					where record.id = done.id and record.token = done.token and record.status is null and {live}
					returning record.id
					""");
		}

		@Override
		public Map<RecordId, Row> claim(Session session, List<Claim> claims) throws SQLException {
			Map<String, @Nullable Object> arrays = new HashMap<>();
			arrays.put("ids", bytes(claims, (claim) -> claim.id().toBytes()));
			arrays.put("operations",
					new SqlArray("varchar", claims.stream().map(Claim::operation).toArray(String[]::new)));
			arrays.put("fingerprints", bytes(claims, (claim) -> claim.fingerprint().toBytes()));
			arrays.put("tokens", numbers(claims, Claim::token));
			arrays.put("leases", numbers(claims, (claim) -> claim.lease().toMillis()));
			arrays.put("ttls", numbers(claims, (claim) -> claim.ttl().toMillis()));
			Map<RecordId, Row> rows = new HashMap<>();
			session.rowsOfSecond(this.claim, arrays, (row) -> put(rows, row));
			return rows;
		}

		@Override
		public Set<RecordId> complete(Session session, List<Completion> completions) throws SQLException {
			Map<String, @Nullable Object> arrays = new HashMap<>();
			arrays.put("ids", bytes(completions, (completion) -> completion.id().toBytes()));
			arrays.put("tokens", numbers(completions, Completion::token));
			arrays.put("statuses", numbers(completions, (completion) -> (long) completion.response().status()));
			arrays.put("responses", bytes(completions, (completion) -> completion.response().content()));
			return Set.copyOf(session.rowsOfSecond(this.complete, arrays, (row) -> RecordId.of(row.getBytes(1))));
		}

		private static <T> SqlArray bytes(List<T> calls, Function<T, byte @Nullable []> value) {
			return new SqlArray("bytea", calls.stream().map(value).toArray(byte[][]::new));
		}

		private static <T> SqlArray numbers(List<T> calls, Function<T, Long> value) {
			return new SqlArray("int8", calls.stream().map(value).toArray(Long[]::new));
		}

	}

	/**
	 * MariaDB's: its driver has no arrays, and plans nothing ahead.
	 */
	final class Lists implements ManyStatements {

		private final Map<Integer, Sql> claims = new ConcurrentHashMap<>();

		private final Map<Integer, Sql> completions = new ConcurrentHashMap<>();

		private final String claim;

		private final Statements statements;

		Lists(JdbcDialect dialect, Statements statements) {
			this.claim = String.valueOf(dialect.claim());
			this.statements = statements;
		}

		private Sql claimOf(int count) {
			return this.statements.sql("{hurried}" + this.claim
				.replace("(:id, :operation, :fingerprint, :token, {now}, {now} + :lease, {now} + :ttl)", list(count,
						", ",
						(i) -> "(:id%1$d, :operation%1$d, :fingerprint%1$d, :token%1$d, {now}, {now} + :lease%1$d, {now} + :ttl%1$d)"
							.formatted(i)))
				.replace("returning {columns}, {now}", "returning {columns}, {now}, id"));
		}

		private Sql completionOf(int count) {
			return this.statements.sql("""
					{hurried}update {table} as record join (
						%s
					) as done on record.id = done.id and record.token = done.token
					set record.status = done.status, record.response = done.response, completed_at = {now},
						lease_until = 0
					where record.status is null and {live}
					""".formatted(list(count, " union all ",
					(i) -> "select :id%1$d as id, :token%1$d as token, :status%1$d as status, :response%1$d as response"
						.formatted(i))));
		}

		private static String list(int count, String separator, IntFunction<String> item) {
			return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(separator));
		}

		@Override
		public Map<RecordId, Row> claim(Session session, List<Claim> claims) throws SQLException {
			Map<String, @Nullable Object> values = new HashMap<>();
			for (int i = 0; i < claims.size(); i++) {
				Claim call = claims.get(i);
				values.put("id" + i, call.id().toBytes());
				values.put("operation" + i, call.operation());
				values.put("fingerprint" + i, call.fingerprint().toBytes());
				values.put("token" + i, call.token());
				values.put("lease" + i, call.lease().toMillis());
				values.put("ttl" + i, call.ttl().toMillis());
			}
			Map<RecordId, Row> rows = new HashMap<>();
			session.rows(this.claims.computeIfAbsent(claims.size(), this::claimOf), values, (row) -> put(rows, row));
			return rows;
		}

		@Override
		public Set<RecordId> complete(Session session, List<Completion> completions) throws SQLException {
			Map<String, @Nullable Object> values = new HashMap<>();
			for (int i = 0; i < completions.size(); i++) {
				Completion call = completions.get(i);
				values.put("id" + i, call.id().toBytes());
				values.put("token" + i, call.token());
				values.put("status" + i, call.response().status());
				values.put("response" + i, call.response().content());
			}
			Sql sql = this.completions.computeIfAbsent(completions.size(), this::completionOf);
			return (session.update(sql, values) == completions.size())
					? completions.stream().map(Completion::id).collect(Collectors.toSet()) : Set.of();
		}

	}

}
