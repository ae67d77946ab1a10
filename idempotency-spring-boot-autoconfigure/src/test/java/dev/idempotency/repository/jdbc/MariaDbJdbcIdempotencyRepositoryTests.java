package dev.idempotency.repository.jdbc;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

import dev.idempotency.repository.IdempotencyRepositoryContractTests;
import dev.idempotency.repository.PurgeableIdempotencyRepository;
import dev.idempotency.repository.PurgeableIdempotencyRepositoryContractTests;
import dev.idempotency.test.MariaDbServer;

@TestInstance(Lifecycle.PER_CLASS)
class MariaDbJdbcIdempotencyRepositoryTests {

	private TestDatabase database;

	@BeforeAll
	void connect() {
		this.database = new TestDatabase(MariaDbServer.jdbcUrl("contract"));
	}

	@AfterAll
	void disconnect() {
		this.database.close();
	}

	@Nested
	class Contract extends IdempotencyRepositoryContractTests {

		@Override
		protected PurgeableIdempotencyRepository createRepository() {
			return MariaDbJdbcIdempotencyRepositoryTests.this.database.emptyRepository();
		}

	}

	@Nested
	class PurgeContract extends PurgeableIdempotencyRepositoryContractTests {

		@Override
		protected PurgeableIdempotencyRepository createRepository() {
			return MariaDbJdbcIdempotencyRepositoryTests.this.database.emptyRepository();
		}

	}

}
