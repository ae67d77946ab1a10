package dev.idempotency.repository.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.Lease;
import dev.idempotency.test.MariaDbServer;
import dev.idempotency.test.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds every call to one statement on one connection, but for what hardly ever happens.
 */
class JdbcRoundTripTests {

	static Stream<String> urls() {
		return Stream.of("jdbc:h2:mem:round-trips", "jdbc:h2:mem:round-trips-postgres;MODE=PostgreSQL",
				"jdbc:h2:mem:round-trips-mysql;MODE=MySQL", PostgresServer.jdbcUrl("round_trips"),
				MariaDbServer.jdbcUrl("round_trips"));
	}

	@ParameterizedTest
	@MethodSource("urls")
	void eachCallIsOneStatement(String url) {
		try (TestDatabase database = new TestDatabase(url)) {
			database.emptyRepository();
			StatementRecorder recorder = new StatementRecorder(database.dataSource());
			JdbcIdempotencyRepository repository = database.repository(recorder);
			Claim first = TestClaims.claim();
			Claim second = TestClaims.claim();
			List<Runnable> calls = List.of(() -> repository.claim(first),
					() -> repository.claim(TestClaims.claimOf(first.id())),
					() -> repository.renew(List.of(new Lease(first.id(), first.token(), Duration.ofHours(1)),
							new Lease(first.id(), second.token(), Duration.ofHours(1)))),
					() -> repository.complete(first.id(), first.token(), TestClaims.RESPONSE),
					() -> repository.claim(TestClaims.claimOf(first.id())), () -> repository.find(first.id()),
					() -> repository.delete(first.id()), () -> repository.claim(second),
					() -> repository.release(second.id(), second.token()), repository::verifyTable);
			for (Runnable call : calls) {
				assertThat(recorder.during(call)).hasSize(1).allMatch((method) -> method.startsWith("execute"));
				assertThat(recorder.connections()).isOne();
			}
		}
	}

	@ParameterizedTest
	@MethodSource("urls")
	void aClaimOfAnExpiredRecordIsOneStatementOrOnPostgresTwo(String url) {
		try (TestDatabase database = new TestDatabase(url)) {
			database.emptyRepository();
			StatementRecorder recorder = new StatementRecorder(database.dataSource());
			JdbcIdempotencyRepository repository = database.repository(recorder);
			Claim expired = TestClaims.claim(Duration.ofHours(1), Duration.ofMillis(0));
			repository.claim(expired);
			repository.complete(expired.id(), expired.token(), TestClaims.RESPONSE);
			assertThat(recorder.during(() -> repository.claim(TestClaims.claimOf(expired.id()))))
				.hasSize(url.startsWith("jdbc:postgresql:") ? 2 : 1)
				.allMatch((method) -> method.startsWith("execute"));
			assertThat(recorder.connections()).isOne();
		}
	}

}
