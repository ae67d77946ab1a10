package dev.idempotency.repository.jdbc;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryContractTests;
import dev.idempotency.test.MariaDbServer;
import dev.idempotency.test.PostgresServer;

/**
 * The contract, while no call is alone.
 */
class CombinedContractTests {

	private TestDatabase database;

	private Crowded crowded;

	private IdempotencyRepository open(String url) {
		this.database = new TestDatabase(url);
		this.database.emptyRepository();
		this.crowded = new Crowded(this.database, TestDatabase.TIMEOUT);
		return this.crowded.repository();
	}

	private void close() {
		this.crowded.close();
		this.database.close();
	}

	@Nested
	class Postgres extends IdempotencyRepositoryContractTests {

		@Override
		protected IdempotencyRepository createRepository() {
			return open(PostgresServer.jdbcUrl("combined_contract"));
		}

		@AfterEach
		void disconnect() {
			close();
		}

	}

	@Nested
	class MariaDb extends IdempotencyRepositoryContractTests {

		@Override
		protected IdempotencyRepository createRepository() {
			return open(MariaDbServer.jdbcUrl("combined_contract"));
		}

		@AfterEach
		void disconnect() {
			close();
		}

	}

}
