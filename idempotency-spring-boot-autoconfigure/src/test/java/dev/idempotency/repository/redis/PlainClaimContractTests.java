package dev.idempotency.repository.redis;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryContractTests;
import dev.idempotency.test.RedisServers;

/**
 * The contract on one server of Redis 7 or later, where a claim is a plain command.
 */
class PlainClaimContractTests extends IdempotencyRepositoryContractTests {

	private static @Nullable LettuceConnectionFactory connectionFactory;

	@BeforeAll
	static void connect() {
		connectionFactory = ConnectionFactories.lettuce(RedisServers.newer());
	}

	@AfterAll
	static void disconnect() {
		if (connectionFactory != null) {
			connectionFactory.destroy();
		}
	}

	@Override
	protected IdempotencyRepository createRepository() {
		return new RedisIdempotencyRepository(connectionFactory, "contract:", Duration.ofSeconds(10));
	}

}
