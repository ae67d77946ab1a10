package dev.idempotency.autoconfigure;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import javax.sql.DataSource;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import dev.idempotency.autoconfigure.IdempotencyProperties.Jdbc.Purge;
import dev.idempotency.autoconfigure.IdempotencyProperties.SchemaInitialization;
import dev.idempotency.test.MariaDbServer;
import dev.idempotency.test.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class JdbcSchemaInitializerTests {

	private static final int INSTANCES = 4;

	static List<String> urls() {
		return List.of("jdbc:h2:mem:initializer;DB_CLOSE_DELAY=-1", PostgresServer.jdbcUrl("initializer"),
				MariaDbServer.jdbcUrl("initializer"));
	}

	private static JdbcSchemaInitializer initializer(DataSource dataSource, String table) {
		return new JdbcSchemaInitializer(dataSource, new IdempotencyProperties.Jdbc(table, SchemaInitialization.ALWAYS,
				3, new Purge(true, Duration.ofMinutes(1), 1000)));
	}

	@ParameterizedTest
	@MethodSource("urls")
	@DisplayName("Instances that start at the same moment create the table together")
	void instancesThatStartTogether(String url) throws Exception {
		DataSource dataSource = new DriverManagerDataSource(url);
		JdbcTemplate jdbc = new JdbcTemplate(dataSource);
		ExecutorService threads = Executors.newFixedThreadPool(INSTANCES);
		try {
			for (int round = 0; round < 30; round++) {
				jdbc.execute("drop table if exists together");
				CyclicBarrier start = new CyclicBarrier(INSTANCES);
				Callable<Boolean> instance = () -> {
					start.await();
					return initializer(dataSource, "together").initializeDatabase();
				};
				for (Future<Boolean> initialized : threads.invokeAll(Collections.nCopies(INSTANCES, instance))) {
					assertThat(initialized.get()).isTrue();
				}
				assertThat(jdbc.queryForObject("select count(*) from together", Integer.class)).isZero();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	@DisplayName("A table that cannot be created is a failure")
	void aTableThatCannotBeCreated() {
		DataSource dataSource = new DriverManagerDataSource(PostgresServer.jdbcUrl("initializer"));
		assertThatExceptionOfType(DataAccessException.class)
			.isThrownBy(() -> initializer(dataSource, "no_such_schema.records").initializeDatabase());
	}

}
