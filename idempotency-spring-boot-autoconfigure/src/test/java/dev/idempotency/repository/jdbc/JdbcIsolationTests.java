package dev.idempotency.repository.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.RecordId;
import dev.idempotency.test.MariaDbServer;
import dev.idempotency.test.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races at the isolation levels that applications give to their pools, and in the modes
 * of H2.
 */
class JdbcIsolationTests {

	static Stream<HikariConfig> pools() {
		return Stream
			.of("jdbc:h2:mem:isolation", "jdbc:h2:mem:isolation-postgres;MODE=PostgreSQL",
					"jdbc:h2:mem:isolation-mysql;MODE=MySQL", PostgresServer.jdbcUrl("isolation"),
					MariaDbServer.jdbcUrl("isolation_test"))
			.flatMap((url) -> Stream
				.of("TRANSACTION_READ_COMMITTED", "TRANSACTION_REPEATABLE_READ", "TRANSACTION_SERIALIZABLE")
				.map((isolation) -> {
					HikariConfig pool = TestDatabase.pool(url);
					pool.setTransactionIsolation(isolation);
					pool.setPoolName(url.replaceFirst("\\?.*", "") + ", " + isolation);
					return pool;
				}));
	}

	@ParameterizedTest
	@MethodSource("pools")
	void oneOwnerAtATimeClaimsAndCompletesOrReleases(HikariConfig pool) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(20);
		try (TestDatabase database = new TestDatabase(pool)) {
			IdempotencyRepository repository = database.emptyRepository();
			for (int round = 0; round < 40; round++) {
				RecordId id = TestClaims.claim().id();
				assertThat(acquired(threads, repository, id)).hasSize(1)
					.allSatisfy((claim) -> assertThat(repository.release(id, claim.token())).isTrue());
				assertThat(acquired(threads, repository, id)).hasSize(1)
					.allSatisfy((claim) -> assertThat(repository.complete(id, claim.token(), TestClaims.RESPONSE))
						.isTrue());
				assertThat(acquired(threads, repository, id)).isEmpty();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static List<Claim> acquired(ExecutorService threads, IdempotencyRepository repository, RecordId id)
			throws Exception {
		List<Callable<List<Claim>>> claims = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			Claim claim = TestClaims.claimOf(id);
			claims.add(() -> (repository.claim(claim) instanceof ClaimResult.Acquired) ? List.of(claim) : List.of());
		}
		List<Claim> acquired = new ArrayList<>();
		for (Future<List<Claim>> result : threads.invokeAll(claims)) {
			acquired.addAll(result.get());
		}
		return acquired;
	}

}
