package dev.idempotency.repository.redis;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;

import dev.idempotency.test.RedisServers;

/**
 * The same on Redis 7 or later, where a claim is a plain command.
 */
class PlainClaimRepositoryTests extends RedisIdempotencyRepositoryTests {

	@Override
	RedisStandaloneConfiguration standalone() {
		return RedisServers.newer();
	}

}
