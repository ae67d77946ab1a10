package dev.idempotency.repository.jdbc;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

import dev.idempotency.repository.IdempotencyRepositoryContractTests;
import dev.idempotency.repository.PurgeableIdempotencyRepository;
import dev.idempotency.repository.PurgeableIdempotencyRepositoryContractTests;

@TestInstance(Lifecycle.PER_CLASS)
class H2JdbcIdempotencyRepositoryTests {

	private TestDatabase database;

	@BeforeAll
	void connect() {
		this.database = new TestDatabase("jdbc:h2:mem:contract");
	}

	@AfterAll
	void disconnect() {
		this.database.close();
	}

	@Nested
	class Contract extends IdempotencyRepositoryContractTests {

		@Override
		protected PurgeableIdempotencyRepository createRepository() {
			return H2JdbcIdempotencyRepositoryTests.this.database.emptyRepository();
		}

	}

	@Nested
	class PurgeContract extends PurgeableIdempotencyRepositoryContractTests {

		@Override
		protected PurgeableIdempotencyRepository createRepository() {
			return H2JdbcIdempotencyRepositoryTests.this.database.emptyRepository();
		}

	}

}
