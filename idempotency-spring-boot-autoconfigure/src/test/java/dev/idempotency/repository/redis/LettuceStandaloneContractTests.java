package dev.idempotency.repository.redis;

import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryContractTests;
import dev.idempotency.test.RedisServers;

/**
 * The contract on one server, with Lettuce.
 */
class LettuceStandaloneContractTests extends IdempotencyRepositoryContractTests {

	private static LettuceConnectionFactory connectionFactory;

	@BeforeAll
	static void connect() {
		connectionFactory = ConnectionFactories.lettuce(RedisServers.standalone());
	}

	@AfterAll
	static void disconnect() {
		connectionFactory.destroy();
	}

	@Override
	protected IdempotencyRepository createRepository() {
		return new RedisIdempotencyRepository(connectionFactory, "contract:", Duration.ofSeconds(10));
	}

}
