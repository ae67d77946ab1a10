package dev.idempotency.repository.redis;

import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryContractTests;
import dev.idempotency.test.ReplicatedRedis;

/**
 * The contract on one server whose replica has to acknowledge, with Lettuce.
 */
class ReplicatedContractTests extends IdempotencyRepositoryContractTests {

	private static ReplicatedRedis servers;

	private static LettuceConnectionFactory connectionFactory;

	@BeforeAll
	static void connect() {
		servers = ReplicatedRedis.standalone();
		connectionFactory = ConnectionFactories.lettuce(servers.address());
	}

	@AfterAll
	static void disconnect() {
		connectionFactory.destroy();
		servers.close();
	}

	@Override
	protected IdempotencyRepository createRepository() {
		return new RedisIdempotencyRepository(connectionFactory, "contract:", Duration.ofSeconds(10), 1,
				Duration.ofSeconds(30));
	}

}
