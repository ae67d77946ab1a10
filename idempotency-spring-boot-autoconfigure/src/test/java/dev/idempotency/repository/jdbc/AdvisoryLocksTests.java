package dev.idempotency.repository.jdbc;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import dev.idempotency.test.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * By what the servers answer: those of other products than PostgreSQL are not started
 * here.
 */
class AdvisoryLocksTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27 01:53:43, go1.19.10)     | CockroachDB
			CockroachDB OSS v20.2.3 (x86_64-unknown-linux-gnu, built 2020/12/14 18:33:39, go1.13.14) | CockroachDB
			PostgreSQL 11.2-YB-2.18.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang, 64-bit         | YugabyteDB
			PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64-pc-linux-gnu, compiled by clang, 64-bit         | YugabyteDB
			PostgreSQL 17.2 (Debian 17.2-1.pgdg120+1) on x86_64-pc-linux-gnu, compiled by gcc 12.2.0 |
			PostgreSQL 16.4 on aarch64-unknown-linux-gnu, compiled by gcc 7.3.1, 64-bit              |
			PostgreSQL 13.9 (EnterpriseDB Advanced Server 13.9.13) on x86_64-pc-linux-gnu, 64-bit    |
			""")
	@DisplayName("2.14 databases that call themselves PostgreSQL, but whose advisory locks do nothing, are known")
	void areMissingIn(String version, String product) {
		assertThat(AdvisoryLocks.missingIn(version).orElse(null)).isEqualTo(product);
	}

	@Test
	void areNotMissingInTheServerOfTheTests() {
		String version = new JdbcTemplate(new DriverManagerDataSource(PostgresServer.jdbcUrl("postgres")))
			.queryForObject("select version()", String.class);
		assertThat(AdvisoryLocks.missingIn(String.valueOf(version))).isEmpty();
	}

}
