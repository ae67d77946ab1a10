package dev.idempotency.repository.jdbc;

import java.sql.SQLException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.test.MariaDbServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class JdbcDialectTests {

	@ParameterizedTest
	@CsvSource({ "PostgreSQL, 17.2, POSTGRESQL", "MySQL, 8.4.3, MYSQL", "MariaDB, 11.4.5-MariaDB, MARIADB",
			"MySQL, 5.5.5-11.4.5-MariaDB-log, MARIADB", "H2, 2.3.232, H2", "Oracle, Oracle Database 23ai, ORACLE",
			"Microsoft SQL Server, 16.00.4165, SQLSERVER" })
	void isKnownByTheNameOfTheProduct(String product, String version, JdbcDialect dialect) {
		assertThat(JdbcDialect.of(product, version)).isEqualTo(dialect);
	}

	@Test
	void isMariaDbWhenMySqlsDriverIsConnectedToMariaDb() {
		assertThat(JdbcDialect.of(new DriverManagerDataSource(MariaDbServer.mySqlDriverUrl("dialects"))))
			.isEqualTo(JdbcDialect.MARIADB);
	}

	@Test
	void ofAnUnknownProductIsAnErrorThatNamesTheKnownOnes() {
		assertThatIllegalArgumentException().isThrownBy(() -> JdbcDialect.of("SQLite", "3.46"))
			.withMessageContainingAll("'SQLite'", "postgresql", "mysql", "mariadb", "h2", "oracle", "sqlserver");
	}

	@Test
	void needsTheDatabaseToAnswer() {
		assertThatExceptionOfType(IdempotencyRepositoryException.class)
			.isThrownBy(() -> JdbcDialect.of(new DriverManagerDataSource("jdbc:h2:mem:absent;IFEXISTS=TRUE")))
			.withCauseInstanceOf(SQLException.class);
	}

}
