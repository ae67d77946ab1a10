package dev.idempotency.repository.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import com.zaxxer.hikari.HikariConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRecord.State;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.Lease;
import dev.idempotency.test.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls through pools and transactions as applications have them.
 */
class PostgresPoolTests {

	private static HikariConfig pool() {
		return TestDatabase.pool(PostgresServer.jdbcUrl("pools"));
	}

	private static void assertWholeLife(IdempotencyRepository repository) {
		Claim claim = TestClaims.claim();
		assertThat(repository.claim(claim)).isInstanceOf(ClaimResult.Acquired.class);
		assertThat(repository.renew(List.of(new Lease(claim.id(), claim.token(), Duration.ofHours(1))))).isEmpty();
		assertThat(repository.complete(claim.id(), claim.token(), TestClaims.RESPONSE)).isTrue();
		assertThat(repository.claim(TestClaims.claimOf(claim.id()))).isInstanceOf(ClaimResult.Existing.class);
		assertThat(repository.delete(claim.id())).isTrue();
		Claim released = TestClaims.claim();
		assertThat(repository.claim(released)).isInstanceOf(ClaimResult.Acquired.class);
		assertThat(repository.release(released.id(), released.token())).isTrue();
	}

	@Test
	void aPoolWithoutAutoCommitIsGivenItsConnectionsBackAsTheyWere() throws SQLException {
		HikariConfig pool = pool();
		pool.setAutoCommit(false);
		pool.setMaximumPoolSize(1);
		try (TestDatabase database = new TestDatabase(pool)) {
			database.createTable(TestDatabase.TABLE);
			assertWholeLife(database.repository(database.dataSource()));
			Claim claim = TestClaims.claim();
			database.repository(database.dataSource()).claim(claim);
			try (Connection connection = database.dataSource().getConnection()) {
				assertThat(connection.getAutoCommit()).isFalse();
				assertThat(connection.getNetworkTimeout()).isZero();
			}
			try (TestDatabase other = new TestDatabase(pool())) {
				assertThat(other.repository(other.dataSource()).find(claim.id())).isPresent();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "Pacific/Kiritimati", "America/St_Johns", "UTC" })
	void theTimeZoneOfTheSessionChangesNothing(String zone) {
		HikariConfig pool = pool();
		pool.setConnectionInitSql("set time zone '" + zone + "'");
		try (TestDatabase database = new TestDatabase(pool)) {
			database.createTable(TestDatabase.TABLE);
			IdempotencyRepository repository = database.repository(database.dataSource());
			Claim claim = TestClaims.claim();
			repository.claim(claim);
			assertThat(repository.find(claim.id()).orElseThrow().createdAt()).isBetween(Instant.now().minusSeconds(60),
					Instant.now().plusSeconds(60));
		}
	}

	@Test
	void aCallInsideATransactionIsNotPartOfIt() {
		try (TestDatabase database = new TestDatabase(pool())) {
			database.createTable(TestDatabase.TABLE);
			TransactionTemplate transaction = new TransactionTemplate(
					new DataSourceTransactionManager(database.dataSource()));
			for (IdempotencyRepository repository : List.of(database.repository(database.dataSource()),
					database.repository(new TransactionAwareDataSourceProxy(database.dataSource())))) {
				Claim claim = TestClaims.claim();
				transaction.executeWithoutResult((status) -> {
					database.jdbc().execute("create table undone (id int)");
					repository.claim(claim);
					repository.complete(claim.id(), claim.token(), TestClaims.RESPONSE);
					status.setRollbackOnly();
				});
				assertThat(repository.find(claim.id()).orElseThrow().state()).isEqualTo(State.COMPLETED);
				assertThat(database.jdbc().queryForObject("select to_regclass('undone')", String.class)).isNull();
			}
		}
	}

	/** Which is why the pool must be larger than the transactions of the application. */
	@Test
	void aCallInsideATransactionThatHoldsTheLastConnectionFailsWhenThePoolSaysSo() {
		HikariConfig pool = pool();
		pool.setMaximumPoolSize(1);
		pool.setConnectionTimeout(250);
		try (TestDatabase database = new TestDatabase(pool)) {
			database.createTable(TestDatabase.TABLE);
			IdempotencyRepository repository = database.repository(database.dataSource());
			Claim claim = TestClaims.claim();
			new TransactionTemplate(new DataSourceTransactionManager(database.dataSource()))
				.executeWithoutResult((status) -> {
					database.jdbc().execute("select 1");
					assertThatExceptionOfType(IdempotencyRepositoryException.class)
						.isThrownBy(() -> repository.claim(claim))
						.withMessage("Could not claim a record in table 'idempotency_record'");
				});
			assertThat(repository.claim(claim)).isInstanceOf(ClaimResult.Acquired.class);
		}
	}

	@Test
	void aReplayWaitsForNoLock() throws SQLException {
		try (TestDatabase database = new TestDatabase(pool())) {
			database.createTable(TestDatabase.TABLE);
			IdempotencyRepository repository = new JdbcIdempotencyRepository(database.dataSource(), TestDatabase.TABLE,
					Duration.ofSeconds(5));
			Claim claim = TestClaims.claim();
			repository.claim(claim);
			repository.complete(claim.id(), claim.token(), TestClaims.RESPONSE);
			try (Connection connection = database.dataSource().getConnection();
					Statement statement = connection.createStatement()) {
				connection.setAutoCommit(false);
				statement.execute("select * from idempotency_record for update");
				assertThat(repository.claim(TestClaims.claimOf(claim.id()))).isInstanceOf(ClaimResult.Existing.class);
				assertThat(repository.find(claim.id())).isPresent();
				connection.rollback();
			}
		}
	}

	@Test
	void aCallThatWaitsForALockIsGivenUpByTheServer() throws SQLException {
		HikariConfig pool = pool();
		pool.setMaximumPoolSize(1);
		try (TestDatabase database = new TestDatabase(pool); TestDatabase other = new TestDatabase(pool())) {
			database.createTable(TestDatabase.TABLE);
			IdempotencyRepository repository = new JdbcIdempotencyRepository(database.dataSource(), TestDatabase.TABLE,
					Duration.ofMillis(500));
			Integer session = pid(database.jdbc());
			Claim claim = TestClaims.claim();
			try (Connection connection = other.dataSource().getConnection();
					Statement statement = connection.createStatement()) {
				connection.setAutoCommit(false);
				statement.execute("lock table idempotency_record");
				long start = System.nanoTime();
				assertThatExceptionOfType(IdempotencyRepositoryException.class)
					.isThrownBy(() -> repository.claim(claim));
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
				connection.rollback();
			}
			assertThat(pid(database.jdbc())).isEqualTo(session);
			assertThat(repository.claim(claim)).isInstanceOf(ClaimResult.Acquired.class);
		}
	}

	private static Integer pid(JdbcTemplate jdbc) {
		return jdbc.queryForObject("select pg_backend_pid()", Integer.class);
	}

	@Test
	void aServerThatDoesNotAnswerIsGivenUp() throws Exception {
		FreezableRelay relay = new FreezableRelay(PostgresServer.jdbcUrl("pools"));
		HikariConfig pool = TestDatabase.pool(relay.url());
		pool.setMaximumPoolSize(1);
		try (TestDatabase database = new TestDatabase(pool); relay) {
			database.createTable(TestDatabase.TABLE);
			IdempotencyRepository repository = new JdbcIdempotencyRepository(database.dataSource(), TestDatabase.TABLE,
					Duration.ofMillis(500));
			Claim claim = TestClaims.claim();
			repository.claim(claim);
			relay.freeze();
			long start = System.nanoTime();
			assertThatExceptionOfType(IdempotencyRepositoryException.class)
				.isThrownBy(() -> repository.complete(claim.id(), claim.token(), TestClaims.RESPONSE))
				.withMessage("Could not complete a record in table 'idempotency_record'");
			// The driver itself waits ten seconds for the end of what it tried to cancel
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
		}
	}

	@Test
	void aRecordOfAResponseOf300BytesTakesAtMost700Bytes() {
		try (TestDatabase database = new TestDatabase(pool())) {
			database.createTable("sizes");
			IdempotencyRepository repository = new JdbcIdempotencyRepository(database.dataSource(), "sizes",
					TestDatabase.TIMEOUT);
			int records = 2_000;
			for (int i = 0; i < records; i++) {
				Claim claim = TestClaims.claim();
				repository.claim(claim);
				repository.complete(claim.id(), claim.token(), TestClaims.RESPONSE);
			}
			Long size = database.jdbc().queryForObject("select pg_total_relation_size('sizes')", Long.class);
			assertThat(size / records).isLessThanOrEqualTo(700);
			database.jdbc().execute("drop table sizes");
		}
	}

}
