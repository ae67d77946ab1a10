package dev.idempotency.repository.redis;

import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryContractTests;
import dev.idempotency.test.RedisServers;

/**
 * The contract on a cluster, with Jedis.
 */
class JedisClusterContractTests extends IdempotencyRepositoryContractTests {

	private static JedisConnectionFactory connectionFactory;

	@BeforeAll
	static void connect() {
		connectionFactory = ConnectionFactories.jedis(RedisServers.cluster());
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
