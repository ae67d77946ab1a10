package dev.idempotency.repository.jdbc;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;

/**
 * Claims and completions that are made together, on the repository's own connections. A
 * statement for many waits for no lock: where one of its records is locked, each call is
 * made by itself.
 */
final class CombinedCalls {

	private static final ClaimResult ACQUIRED = new ClaimResult.Acquired();

	private final Sessions sessions;

	private final Combiner<Claim, ClaimResult> claims;

	private final Combiner<Completion, Boolean> completions;

	private CombinedCalls(ManyStatements statements, Sessions sessions, Duration timeout,
			BiConsumer<RecordId, Long> release) {
		this.sessions = sessions;
		this.claims = new Combiner<>("idempotency-claims", new Claims(statements, sessions, release), timeout);
		this.completions = new Combiner<>("idempotency-completions", new Completions(statements, sessions), timeout);
	}

	/**
	 * Creates the calls, if they can be made together.
	 * @param dialect the dialect of the database
	 * @param statements the statements for single calls
	 * @param sessions makes calls
	 * @param timeout how long a caller waits for others
	 * @param release frees a record
	 * @return {@code null} if each call is made by itself
	 */
	static @Nullable CombinedCalls create(JdbcDialect dialect, Statements statements, Sessions sessions,
			Duration timeout, BiConsumer<RecordId, Long> release) {
		ManyStatements many = sessions.areOwn() ? ManyStatements.of(dialect, statements) : null;
		return (many != null) ? new CombinedCalls(many, sessions, timeout, release) : null;
	}

	ClaimResult claim(Claim claim, Supplier<ClaimResult> alone) {
		try {
			return this.claims.make(claim.id(), claim, 0, alone);
		}
		catch (TimeoutException ex) {
			throw this.sessions.failure("claim a record", tooLate(ex));
		}
	}

	boolean complete(RecordId id, long token, RecordedResponse response, Supplier<Boolean> alone) {
		byte[] content = response.content();
		try {
			return this.completions.make(id, new Completion(id, token, response),
					(content != null) ? content.length : 0, alone);
		}
		catch (TimeoutException ex) {
			throw this.sessions.failure("complete a record", tooLate(ex));
		}
	}

	private static SQLException tooLate(TimeoutException ex) {
		return new SQLTimeoutException(ex.getMessage(), ex);
	}

	/**
	 * Two instances that write the same rows in one order do not wait for each other in a
	 * circle.
	 */
	private static <C> List<C> inOrder(List<C> calls, Function<C, RecordId> id) {
		return calls.stream()
			.sorted((one, other) -> Arrays.compareUnsigned(id.apply(one).toBytes(), id.apply(other).toBytes()))
			.toList();
	}

	/**
	 * The outcome of an operation.
	 *
	 * @param id the record
	 * @param token the token of the claim
	 * @param response the outcome
	 */
	record Completion(RecordId id, long token, RecordedResponse response) {
	}

	/**
	 * Claims in one round trip.
	 *
	 * @param statements makes them
	 * @param sessions where
	 * @param release frees a record
	 */
	private record Claims(ManyStatements statements, Sessions sessions,
			BiConsumer<RecordId, Long> release) implements Combiner.Batch<Claim, ClaimResult> {

		@Override
		public Map<RecordId, ClaimResult> make(List<Claim> calls) throws SQLException {
			Map<RecordId, Row> rows = this.sessions
				.once((session) -> this.statements.claim(session, inOrder(calls, Claim::id)));
			Map<RecordId, ClaimResult> results = new HashMap<>();
			for (Claim claim : calls) {
				Row row = rows.get(claim.id());
				if (row != null && row.isClaimedBy(claim)) {
					results.put(claim.id(), ACQUIRED);
				}
				else if (row != null && !row.isGone()) {
					results.put(claim.id(), new ClaimResult.Existing(row.toRecord()));
				}
			}
			return results;
		}

		@Override
		public boolean isForAll(ClaimResult answer) {
			return answer instanceof ClaimResult.Existing;
		}

		@Override
		public void giveBack(Claim call, ClaimResult answer) {
			if (answer instanceof ClaimResult.Acquired) {
				this.release.accept(call.id(), call.token());
			}
		}

	}

	/**
	 * Completions in one round trip.
	 *
	 * @param statements makes them
	 * @param sessions where
	 */
	private record Completions(ManyStatements statements,
			Sessions sessions) implements Combiner.Batch<Completion, Boolean> {

		@Override
		public Map<RecordId, Boolean> make(List<Completion> calls) throws SQLException {
			Map<RecordId, Boolean> completed = new HashMap<>();
			this.sessions.once((session) -> this.statements.complete(session, inOrder(calls, Completion::id)))
				.forEach((id) -> completed.put(id, true));
			return completed;
		}

		@Override
		public boolean isForAll(Boolean answer) {
			return false;
		}

		@Override
		public void giveBack(Completion call, Boolean answer) {
			// What is recorded stays so
		}

	}

}
