package dev.idempotency.repository.jdbc;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.jdbc.DatabaseDriver;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.test.MariaDbServer;
import dev.idempotency.test.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@ExtendWith(OutputCaptureExtension.class)
class JdbcIdempotencySchemaTests {

	@ParameterizedTest
	@EnumSource
	void namesTableAndIndexForEveryPlatform(JdbcDialect dialect) {
		String script = JdbcIdempotencySchema.script(dialect.platform(), "shop.records");
		assertThat(script).contains("create table ", "shop.records (", " records_expires_at ").doesNotContain("@@");
	}

	@ParameterizedTest
	@EnumSource
	void isFoundByThePlatformThatSpringBootKnows(JdbcDialect dialect) {
		assertThat(List.of(DatabaseDriver.values())).extracting(DatabaseDriver::getId).contains(dialect.platform());
	}

	@Test
	void refusesAnUnknownPlatform() {
		assertThatIllegalArgumentException().isThrownBy(() -> JdbcIdempotencySchema.script("sqlite", "records"))
			.withMessageContainingAll("'sqlite'", "postgresql");
	}

	@Test
	void refusesATableNameThatIsNone() {
		assertThatIllegalArgumentException().isThrownBy(() -> JdbcIdempotencySchema.script("h2", "a;b"));
	}

	@ParameterizedTest
	@EnumSource
	void saysWhatNoServerHasEverRun(JdbcDialect dialect, CapturedOutput output) {
		String url = "jdbc:h2:mem:experimental";
		try (TestDatabase h2 = new TestDatabase(url);
				TestDatabase database = new TestDatabase(TestDatabase.pool(url), dialect)) {
			h2.createTable(TestDatabase.TABLE);
			database.repository(database.dataSource()).verifyTable();
			boolean said = output.toString()
				.contains("The jdbc repository on " + dialect.platform()
						+ " is experimental: no server of it has ever run this");
			assertThat(said).isEqualTo(dialect == JdbcDialect.ORACLE || dialect == JdbcDialect.SQLSERVER);
		}
	}

	static List<String> urls() {
		return List.of("jdbc:h2:mem:schema", PostgresServer.jdbcUrl("schema"), MariaDbServer.jdbcUrl("schema_test"));
	}

	@ParameterizedTest
	@MethodSource("urls")
	void mayBeOfAnotherSchemaAndExist(String url) {
		try (TestDatabase database = new TestDatabase(url)) {
			database.jdbc().execute("create schema if not exists shop");
			database.createTable("shop.records");
			database.createTable("shop.records");
			JdbcIdempotencyRepository repository = new JdbcIdempotencyRepository(database.dataSource(), "shop.records",
					TestDatabase.TIMEOUT);
			repository.verifyTable();
			Claim claim = TestClaims.claim();
			assertThat(repository.claim(claim)).isInstanceOf(ClaimResult.Acquired.class);
			assertThat(repository.complete(claim.id(), claim.token(), TestClaims.RESPONSE)).isTrue();
			assertThat(repository.claim(TestClaims.claimOf(claim.id()))).isInstanceOf(ClaimResult.Existing.class);
			assertThat(repository.purge(10)).isZero();
			database.jdbc().execute("drop table shop.records");
		}
	}

	@ParameterizedTest
	@MethodSource("urls")
	void isMissedByName(String url) {
		try (TestDatabase database = new TestDatabase(url)) {
			for (String table : List.of("absent", "absent.absent")) {
				JdbcIdempotencyRepository repository = new JdbcIdempotencyRepository(database.dataSource(), table,
						TestDatabase.TIMEOUT);
				assertThatExceptionOfType(IdempotencyTableMissingException.class).isThrownBy(repository::verifyTable)
					.satisfies((ex) -> {
						assertThat(ex.tableName()).isEqualTo(table);
						assertThat(ex.platform()).isEqualTo(database.dialect().platform());
					});
			}
		}
	}

	@ParameterizedTest
	@MethodSource("urls")
	void isMissedWhenAColumnIs(String url) {
		try (TestDatabase database = new TestDatabase(url)) {
			database.createTable("incomplete");
			database.jdbc().execute("alter table incomplete drop column status");
			JdbcIdempotencyRepository repository = new JdbcIdempotencyRepository(database.dataSource(), "incomplete",
					TestDatabase.TIMEOUT);
			assertThatExceptionOfType(IdempotencyTableMissingException.class).isThrownBy(repository::verifyTable);
			database.jdbc().execute("drop table incomplete");
		}
	}

}
