package dev.idempotency.repository.redis;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Started connection factories with nothing configured but the server, to be destroyed by
 * the test.
 */
final class ConnectionFactories {

	private ConnectionFactories() {
	}

	static LettuceConnectionFactory lettuce(RedisConfiguration server) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(server);
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	static JedisConnectionFactory jedis(RedisStandaloneConfiguration server) {
		return started(new JedisConnectionFactory(server));
	}

	static JedisConnectionFactory jedis(RedisClusterConfiguration cluster) {
		return started(new JedisConnectionFactory(cluster));
	}

	private static JedisConnectionFactory started(JedisConnectionFactory factory) {
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

}
