package dev.idempotency.repository.jdbc;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

import dev.idempotency.repository.IdempotencyRepositoryContractTests;
import dev.idempotency.repository.PurgeableIdempotencyRepository;
import dev.idempotency.repository.PurgeableIdempotencyRepositoryContractTests;
import dev.idempotency.test.PostgresServer;

@TestInstance(Lifecycle.PER_CLASS)
class PostgresJdbcIdempotencyRepositoryTests {

	private TestDatabase database;

	@BeforeAll
	void connect() {
		this.database = new TestDatabase(PostgresServer.jdbcUrl("contract"));
	}

	@AfterAll
	void disconnect() {
		this.database.close();
	}

	@Nested
	class Contract extends IdempotencyRepositoryContractTests {

		@Override
		protected PurgeableIdempotencyRepository createRepository() {
			return PostgresJdbcIdempotencyRepositoryTests.this.database.emptyRepository();
		}

	}

	@Nested
	class PurgeContract extends PurgeableIdempotencyRepositoryContractTests {

		@Override
		protected PurgeableIdempotencyRepository createRepository() {
			return PostgresJdbcIdempotencyRepositoryTests.this.database.emptyRepository();
		}

	}

}
