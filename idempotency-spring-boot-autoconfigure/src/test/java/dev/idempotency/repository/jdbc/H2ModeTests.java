package dev.idempotency.repository.jdbc;

import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Lease;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The modes in which H2 speaks like other databases, and no longer quite like itself.
 */
class H2ModeTests {

	@ParameterizedTest
	@ValueSource(strings = { "REGULAR", "STRICT", "LEGACY", "DB2", "Derby", "HSQLDB", "MSSQLServer", "MariaDB", "MySQL",
			"Oracle", "PostgreSQL" })
	@DisplayName("6.3 expired records are deleted in every mode of H2, and all other calls work")
	void allCallsWork(String mode) {
		try (TestDatabase database = new TestDatabase("jdbc:h2:mem:mode-" + mode + ";MODE=" + mode)) {
			database.createTable(TestDatabase.TABLE);
			JdbcIdempotencyRepository repository = database.repository(database.dataSource());
			repository.verifyTable();
			Claim claim = TestClaims.claim();
			assertThat(repository.claim(claim)).isInstanceOf(ClaimResult.Acquired.class);
			assertThat(repository.renew(List.of(new Lease(claim.id(), claim.token(), Duration.ofHours(1))))).isEmpty();
			assertThat(repository.complete(claim.id(), claim.token(), TestClaims.RESPONSE)).isTrue();
			assertThat(repository.claim(TestClaims.claimOf(claim.id()))).isInstanceOf(ClaimResult.Existing.class);
			assertThat(repository.delete(claim.id())).isTrue();
			Claim transactional = TestClaims.claim();
			new TransactionTemplate(new DataSourceTransactionManager(database.dataSource()))
				.executeWithoutResult((status) -> {
					assertThat(repository.claimInTransaction(transactional)).isInstanceOf(ClaimResult.Acquired.class);
					assertThat(repository.completeInTransaction(transactional, TestClaims.RESPONSE)).isTrue();
				});
			Claim expired = TestClaims.claim(Duration.ofMillis(1), Duration.ofMillis(1));
			repository.claim(expired);
			Awaitility.await().until(() -> repository.purge(10) == 1);
			assertThat(repository.find(transactional.id())).isPresent();
		}
	}

}
