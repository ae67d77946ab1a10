package dev.idempotency.repository.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import com.zaxxer.hikari.HikariConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRecord.State;
import dev.idempotency.test.MariaDbServer;
import dev.idempotency.test.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Claims within transactions, on each database that knows them.
 */
class JdbcTransactionalClaimTests {

	private static final Map<Server, TestDatabase> DATABASES = new ConcurrentHashMap<>();

	@AfterAll
	static void close() {
		DATABASES.values().forEach(TestDatabase::close);
		DATABASES.clear();
	}

	private static TestDatabase database(Server server) {
		return DATABASES.computeIfAbsent(server, (key) -> {
			TestDatabase database = new TestDatabase(TestDatabase.pool(key.url()), key.dialect());
			database.emptyRepository();
			return database;
		});
	}

	private static JdbcIdempotencyRepository repository(Server server) {
		return database(server).repository(database(server).dataSource());
	}

	private static TransactionTemplate transaction(Server server) {
		return new TransactionTemplate(new DataSourceTransactionManager(database(server).dataSource()));
	}

	private static ClaimResult claimAndRollBack(Server server, Claim claim) {
		return transaction(server).execute((status) -> {
			status.setRollbackOnly();
			return repository(server).claimInTransaction(claim);
		});
	}

	private static void assertAcquired(ClaimResult result) {
		assertThat(result).isInstanceOf(ClaimResult.Acquired.class);
	}

	@ParameterizedTest
	@EnumSource
	void aClaimIsCompletedWithItsTransaction(Server server) {
		JdbcIdempotencyRepository repository = repository(server);
		Claim claim = TestClaims.claim();
		transaction(server).executeWithoutResult((status) -> {
			assertAcquired(repository.claimInTransaction(claim));
			assertThat(repository.completeInTransaction(claim, TestClaims.RESPONSE)).isTrue();
		});
		IdempotencyRecord record = repository.find(claim.id()).orElseThrow();
		assertThat(record.state()).isEqualTo(State.COMPLETED);
		assertThat(record.response()).isEqualTo(TestClaims.RESPONSE);
		assertThat(record.token()).isEqualTo(claim.token());
		assertThat(record.operation()).isEqualTo(claim.operation());
		assertThat(record.fingerprint()).isEqualTo(claim.fingerprint());
		assertThat(record.expiresAt()).isEqualTo(record.createdAt().plus(claim.ttl()));
		assertThat(record.completedAt()).isAfterOrEqualTo(record.createdAt());
		assertThat(claimAndRollBack(server, TestClaims.claimOf(claim.id())))
			.isEqualTo(new ClaimResult.Existing(record));
		assertThat(repository.claim(TestClaims.claimOf(claim.id()))).isEqualTo(new ClaimResult.Existing(record));
	}

	@ParameterizedTest
	@EnumSource
	void aClaimIsGoneWithItsTransaction(Server server) {
		JdbcIdempotencyRepository repository = repository(server);
		Claim claim = TestClaims.claim();
		transaction(server).executeWithoutResult((status) -> {
			assertAcquired(repository.claimInTransaction(claim));
			assertThat(repository.completeInTransaction(claim, TestClaims.RESPONSE)).isTrue();
			status.setRollbackOnly();
		});
		assertThat(repository.find(claim.id())).isEmpty();
		assertAcquired(claimAndRollBack(server, TestClaims.claimOf(claim.id())));
	}

	@ParameterizedTest
	@EnumSource
	void anOpenClaimHoldsOthersBack(Server server) throws Exception {
		JdbcIdempotencyRepository repository = repository(server);
		Claim claim = TestClaims.claim();
		TransactionStatus open = null;
		DataSourceTransactionManager manager = new DataSourceTransactionManager(database(server).dataSource());
		try {
			open = manager.getTransaction(null);
			assertAcquired(repository.claimInTransaction(claim));
			assertThat(inOtherThread(() -> claimAndRollBack(server, TestClaims.claimOf(claim.id()))))
				.isEqualTo(new ClaimResult.Uncommitted(true));
			assertAcquired(inOtherThread(() -> claimAndRollBack(server, TestClaims.claim())));
		}
		finally {
			if (open != null) {
				manager.rollback(open);
			}
		}
	}

	private static <T> T inOtherThread(Supplier<T> action) throws Exception {
		List<T> results = new ArrayList<>();
		Thread thread = new Thread(() -> results.add(action.get()));
		thread.start();
		thread.join();
		assertThat(results).hasSize(1);
		return results.get(0);
	}

	@ParameterizedTest
	@EnumSource
	void whatLeasesLeftIsRespected(Server server) {
		JdbcIdempotencyRepository repository = repository(server);
		Claim leased = TestClaims.claim();
		assertAcquired(repository.claim(leased));
		assertThat(claimAndRollBack(server, TestClaims.claimOf(leased.id()))).isInstanceOfSatisfying(
				ClaimResult.Existing.class,
				(existing) -> assertThat(existing.record().state()).isEqualTo(State.IN_FLIGHT));
		Claim abandoned = TestClaims.claim(Duration.ofMillis(1), Duration.ofHours(1));
		assertAcquired(repository.claim(abandoned));
		Awaitility.await().until(() -> repository.find(abandoned.id()).orElseThrow().state() == State.ABANDONED);
		ClaimResult met = claimAndRollBack(server, TestClaims.claimOf(abandoned.id()));
		IdempotencyRecord record = ((ClaimResult.Existing) met).record();
		assertThat(record.state()).isEqualTo(State.ABANDONED);
		Claim heir = TestClaims.claimOf(abandoned.id()).takingOver(record);
		transaction(server).executeWithoutResult((status) -> {
			assertAcquired(repository.claimInTransaction(heir));
			assertThat(repository.completeInTransaction(heir, TestClaims.RESPONSE)).isTrue();
		});
		IdempotencyRecord inherited = repository.find(abandoned.id()).orElseThrow();
		assertThat(inherited.state()).isEqualTo(State.COMPLETED);
		assertThat(inherited.token()).isEqualTo(heir.token());
		assertThat(inherited.createdAt()).isEqualTo(record.createdAt());
		assertThat(inherited.expiresAt()).isEqualTo(record.expiresAt());
		assertThat(repository.complete(abandoned.id(), abandoned.token(), TestClaims.RESPONSE)).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void anExpiredRecordIsReplaced(Server server) {
		JdbcIdempotencyRepository repository = repository(server);
		Claim expired = TestClaims.claim(Duration.ofMillis(1), Duration.ofMillis(1));
		repository.claim(expired);
		Awaitility.await().until(() -> repository.find(expired.id()).isEmpty());
		Claim claim = TestClaims.claimOf(expired.id());
		transaction(server).executeWithoutResult((status) -> {
			assertAcquired(repository.claimInTransaction(claim));
			assertThat(repository.completeInTransaction(claim, TestClaims.RESPONSE)).isTrue();
		});
		IdempotencyRecord record = repository.find(claim.id()).orElseThrow();
		assertThat(record.token()).isEqualTo(claim.token());
		assertThat(record.expiresAt()).isEqualTo(record.createdAt().plus(claim.ttl()));
	}

	@ParameterizedTest
	@EnumSource
	void theConnectionIsLeftAsItWas(Server server) throws SQLException {
		HikariConfig pool = TestDatabase.pool(server.url());
		pool.setMaximumPoolSize(1);
		try (TestDatabase database = new TestDatabase(pool, server.dialect())) {
			Map<String, Object> before = settings(database, server);
			JdbcIdempotencyRepository repository = database.repository(database.dataSource());
			TransactionTemplate transaction = new TransactionTemplate(
					new DataSourceTransactionManager(database.dataSource()));
			Claim claim = TestClaims.claim();
			transaction.executeWithoutResult((status) -> {
				Connection connection = DataSourceUtils.getConnection(database.dataSource());
				assertAcquired(repository.claimInTransaction(claim));
				assertThat(repository.completeInTransaction(claim, TestClaims.RESPONSE)).isTrue();
				assertThat(DataSourceUtils.getConnection(database.dataSource())).isSameAs(connection);
				assertThat(settings(database, server)).isEqualTo(before);
			});
			transaction.executeWithoutResult((status) -> {
				status.setRollbackOnly();
				repository.claimInTransaction(TestClaims.claimOf(claim.id()));
				assertThat(settings(database, server)).isEqualTo(before);
			});
			assertThat(settings(database, server)).isEqualTo(before);
		}
	}

	private static Map<String, Object> settings(TestDatabase database, Server server) {
		JdbcTemplate jdbc = database.jdbc();
		Map<String, Object> settings = new TreeMap<>();
		jdbc.execute((Connection connection) -> {
			settings.put("isolation", connection.getTransactionIsolation());
			settings.put("read only", connection.isReadOnly());
			settings.put("network timeout", (server != Server.H2) ? connection.getNetworkTimeout() : 0);
			return null;
		});
		String lockWait = switch (server) {
			case H2 -> "select lock_timeout()";
			case POSTGRESQL -> "show lock_timeout";
			case MARIADB, MYSQL -> "select @@session.innodb_lock_wait_timeout";
		};
		settings.put("lock wait", String.valueOf(jdbc.queryForObject(lockWait, String.class)));
		return settings;
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "MARIADB" })
	void eachCallIsOneStatement(Server server) {
		TestDatabase database = database(server);
		StatementRecorder recorder = new StatementRecorder(database.dataSource());
		JdbcIdempotencyRepository repository = database.repository(recorder);
		TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(recorder));
		Claim claim = TestClaims.claim();
		transaction.executeWithoutResult((status) -> {
			assertThat(recorder.during(() -> repository.claimInTransaction(claim))).hasSize(1);
			assertThat(recorder.during(() -> repository.completeInTransaction(claim, TestClaims.RESPONSE))).hasSize(1);
			assertThat(recorder.connections()).isZero();
		});
	}

	@Test
	void knowsItsTransactionBehindProxies() {
		TestDatabase database = database(Server.H2);
		DelegatingDataSource proxy = new DelegatingDataSource(database.dataSource());
		for (JdbcIdempotencyRepository repository : List.of(repository(Server.H2), database.repository(proxy),
				database.repository(new TransactionAwareDataSourceProxy(database.dataSource())))) {
			assertThat(repository.obstacleToTransactions()).isEmpty();
			assertThat(repository.isInTransaction()).isFalse();
			assertThat(transaction(Server.H2).<Boolean>execute((status) -> repository.isInTransaction())).isTrue();
			assertThat(transaction(Server.POSTGRESQL).<Boolean>execute((status) -> repository.isInTransaction()))
				.isFalse();
			assertThatIllegalStateException().isThrownBy(() -> repository.claimInTransaction(TestClaims.claim()))
				.withMessage("There is no transaction in which to claim a record in table 'idempotency_record'");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "ORACLE", "SQLSERVER" })
	void oracleAndSqlServerDoNotSupportIt(JdbcDialect dialect) {
		JdbcIdempotencyRepository repository = new JdbcIdempotencyRepository(
				JdbcConnections.borrowed(database(Server.H2).dataSource()), TestDatabase.TABLE, TestDatabase.TIMEOUT,
				dialect);
		assertThat(repository.obstacleToTransactions())
			.contains("this is not supported on the database of the repository");
	}

	/**
	 * The databases that support it.
	 */
	private enum Server {

		H2(JdbcDialect.H2), POSTGRESQL(JdbcDialect.POSTGRESQL), MARIADB(JdbcDialect.MARIADB), MYSQL(JdbcDialect.MYSQL);

		private final JdbcDialect dialect;

		Server(JdbcDialect dialect) {
			this.dialect = dialect;
		}

		JdbcDialect dialect() {
			return this.dialect;
		}

		String url() {
			return switch (this) {
				case H2 -> "jdbc:h2:mem:transactional-claims;DB_CLOSE_DELAY=-1";
				case POSTGRESQL -> PostgresServer.jdbcUrl("transactional_claims");
				case MARIADB -> MariaDbServer.jdbcUrl("transactional_claims");
				case MYSQL -> MariaDbServer.jdbcUrl("transactional_claims_mysql");
			};
		}

	}

}
