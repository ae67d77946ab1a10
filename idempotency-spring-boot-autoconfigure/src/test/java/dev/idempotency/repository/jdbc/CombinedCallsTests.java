package dev.idempotency.repository.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRecord.State;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.test.MariaDbServer;
import dev.idempotency.test.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Calls that arrive while others are under way, and share a round trip.
 */
@Timeout(60)
class CombinedCallsTests {

	private static final int MANY = 40;

	static Stream<String> urls() {
		return Stream.of(PostgresServer.jdbcUrl("combined"), MariaDbServer.jdbcUrl("combined"));
	}

	private static void on(String url, Duration timeout, Test test) throws Exception {
		try (TestDatabase database = new TestDatabase(url)) {
			database.emptyRepository();
			try (Crowded crowded = new Crowded(database, timeout)) {
				test.run(database, crowded, crowded.repository());
			}
		}
	}

	private static List<Claim> claims(int count) {
		return IntStream.range(0, count).mapToObj((i) -> TestClaims.claim()).toList();
	}

	private static List<Callable<ClaimResult>> calls(IdempotencyRepository repository, List<Claim> claims) {
		return claims.stream().map((claim) -> (Callable<ClaimResult>) () -> repository.claim(claim)).toList();
	}

	private static long acquired(List<ClaimResult> results) {
		return results.stream().filter(ClaimResult.Acquired.class::isInstance).count();
	}

	@ParameterizedTest
	@MethodSource("urls")
	void manyClaimsAreOneStatement(String url) throws Exception {
		on(url, TestDatabase.TIMEOUT, (database, crowded, repository) -> {
			List<Claim> claims = claims(MANY);
			assertThat(acquired(crowded.answers(crowded.together(calls(repository, claims))))).isEqualTo(MANY);
			assertThat(crowded.statements()).hasSize(2);
			List<Claim> again = claims.stream().map((claim) -> TestClaims.claimOf(claim.id())).toList();
			assertThat(crowded.answers(crowded.together(calls(repository, again))))
				.allMatch(ClaimResult.Existing.class::isInstance);
			assertThat(crowded.statements()).hasSize(2);
			List<Callable<Boolean>> completions = claims.stream()
				.map((claim) -> (Callable<Boolean>) () -> repository.complete(claim.id(), claim.token(),
						TestClaims.RESPONSE))
				.toList();
			assertThat(crowded.answers(crowded.together(completions))).containsOnly(true);
			assertThat(crowded.statements()).hasSize(2);
			assertThat(claims)
				.allMatch((claim) -> repository.find(claim.id()).orElseThrow().state().equals(State.COMPLETED));
		});
	}

	@ParameterizedTest
	@MethodSource("urls")
	void aFloodForOneRecordIsThreeStatements(String url) throws Exception {
		on(url, TestDatabase.TIMEOUT, (database, crowded, repository) -> {
			Claim other = TestClaims.claim();
			Claim one = TestClaims.claim();
			List<Claim> flood = Stream
				.concat(Stream.of(other, one), IntStream.range(0, MANY).mapToObj((i) -> TestClaims.claimOf(one.id())))
				.toList();
			List<ClaimResult> results = crowded.answers(crowded.together(calls(repository, flood)));
			assertThat(acquired(results)).isEqualTo(2);
			assertThat(crowded.statements()).hasSize(3);
		});
	}

	/**
	 * Of which one is a claim within a transaction, which may take as long as it wants.
	 */
	@ParameterizedTest
	@MethodSource("urls")
	void nobodyWaitsForARowThatAnotherOneWants(String url) throws Exception {
		on(url, TestDatabase.TIMEOUT, (database, crowded, repository) -> {
			List<Claim> claims = claims(MANY);
			Claim locked = claims.get(MANY / 2);
			List<Future<ClaimResult>> running = crowded.together(calls(repository, claims));
			new TransactionTemplate(new DataSourceTransactionManager(database.dataSource()))
				.executeWithoutResult((status) -> {
					insert(database, locked);
					crowded.open();
					for (int i = 0; i < MANY; i++) {
						if (i != MANY / 2) {
							assertAcquired(running.get(i));
						}
					}
					assertThat(running.get(MANY / 2)).isNotDone();
				});
			assertThat(running.get(MANY / 2).get()).isInstanceOf(ClaimResult.Existing.class);
		});
	}

	private static void insert(TestDatabase database, Claim claim) {
		database.jdbc()
			.update("insert into " + TestDatabase.TABLE
					+ " (id, operation, fingerprint, token, created_at, lease_until,"
					+ " expires_at) values (?, '', ?, 1, 1, 9000000000000, 9000000000000)", claim.id().toBytes(),
					claim.fingerprint().toBytes());
	}

	private static void assertAcquired(Future<ClaimResult> call) {
		assertThat(call).succeedsWithin(TestDatabase.TIMEOUT).isInstanceOf(ClaimResult.Acquired.class);
	}

	@ParameterizedTest
	@MethodSource("urls")
	void aLostClaimLosesAmongOthers(String url) throws Exception {
		on(url, TestDatabase.TIMEOUT, (database, crowded, repository) -> {
			List<Claim> claims = claims(MANY);
			claims.forEach(repository::claim);
			Claim lost = claims.get(MANY / 2);
			repository.release(lost.id(), lost.token());
			repository.claim(TestClaims.claimOf(lost.id()));
			List<Callable<Boolean>> completions = claims.stream()
				.map((claim) -> (Callable<Boolean>) () -> repository.complete(claim.id(), claim.token(),
						TestClaims.RESPONSE))
				.toList();
			List<Boolean> results = crowded.answers(crowded.together(completions));
			assertThat(results.get(MANY / 2)).isFalse();
			assertThat(results).filteredOn((completed) -> completed).hasSize(MANY - 1);
			assertThat(repository.find(lost.id()).orElseThrow().state()).isEqualTo(State.IN_FLIGHT);
		});
	}

	@ParameterizedTest
	@MethodSource("urls")
	void largeResponsesGoAlone(String url) throws Exception {
		on(url, TestDatabase.TIMEOUT, (database, crowded, repository) -> {
			List<Claim> claims = claims(8);
			claims.forEach(repository::claim);
			RecordedResponse large = new RecordedResponse(200, new byte[1 << 20]);
			List<Callable<Boolean>> completions = claims.stream()
				.map((claim) -> (Callable<Boolean>) () -> repository.complete(claim.id(), claim.token(), large))
				.collect(Collectors.toList());
			for (Callable<Boolean> completion : completions) {
				assertThat(completion.call()).isTrue();
			}
			assertThat(crowded.answers(crowded
				.together(calls(repository, claims.stream().map((claim) -> TestClaims.claimOf(claim.id())).toList()))))
				.allSatisfy((result) -> assertThat(((ClaimResult.Existing) result).record().response())
					.satisfies((response) -> assertThat(response.content()).hasSize(1 << 20)));
		});
	}

	@ParameterizedTest
	@MethodSource("urls")
	void whatIsClaimedForACallerWhoGaveUpIsReleased(String url) throws Exception {
		on(url, Duration.ofMillis(300), (database, crowded, repository) -> {
			List<Claim> claims = claims(3);
			List<Future<ClaimResult>> running = crowded.together(calls(repository, claims));
			for (Future<ClaimResult> call : running) {
				assertThat(catchThrowable(call::get)).hasCauseInstanceOf(IdempotencyRepositoryException.class)
					.hasRootCauseMessage("Others were served first for 300 ms");
			}
			crowded.open();
			Awaitility.await()
				.untilAsserted(() -> assertThat(repository.claim(TestClaims.claimOf(claims.get(0).id())))
					.isInstanceOf(ClaimResult.Acquired.class));
			assertThat(claims.subList(1, 3)).allMatch((claim) -> repository.find(claim.id()).isEmpty());
		});
	}

	@ParameterizedTest
	@MethodSource("urls")
	void anInterruptedCallerGivesUp(String url) throws Exception {
		on(url, TestDatabase.TIMEOUT, (database, crowded, repository) -> {
			Claim claim = TestClaims.claim();
			List<Future<ClaimResult>> running = crowded.together(List.of(() -> {
				Thread.currentThread().interrupt();
				assertThatExceptionOfType(IdempotencyRepositoryException.class)
					.isThrownBy(() -> repository.claim(claim));
				assertThat(Thread.interrupted()).isTrue();
				return repository.claim(TestClaims.claim());
			}));
			assertAcquiredAll(crowded.answers(running));
			Awaitility.await().until(() -> repository.find(claim.id()).isEmpty());
		});
	}

	private static void assertAcquiredAll(List<ClaimResult> results) {
		assertThat(results).allMatch(ClaimResult.Acquired.class::isInstance);
	}

	/** Even if the database cannot make them together. */
	@ParameterizedTest
	@MethodSource("urls")
	void callsThatFailTogetherAreMadeAlone(String url) throws Exception {
		on(url, TestDatabase.TIMEOUT, (database, crowded, repository) -> {
			List<Claim> claims = claims(MANY);
			Claim tooLong = claims.get(MANY / 2);
			List<Claim> oneWrong = claims.stream()
				.map((claim) -> claim.equals(tooLong) ? new Claim(claim.id(), claim.token(), "x".repeat(300),
						claim.fingerprint(), claim.lease(), claim.ttl(), null) : claim)
				.toList();
			List<Future<ClaimResult>> running = crowded.together(calls(repository, oneWrong));
			crowded.open();
			for (int i = 0; i < MANY; i++) {
				if (i == MANY / 2) {
					assertThat(catchThrowable(running.get(i)::get))
						.hasCauseInstanceOf(IdempotencyRepositoryException.class);
				}
				else {
					assertAcquired(running.get(i));
				}
			}
		});
	}

	/**
	 * What is shown of a database.
	 */
	private interface Test {

		void run(TestDatabase database, Crowded crowded, JdbcIdempotencyRepository repository) throws Exception;

	}

}
