package dev.idempotency.repository.redis;

import java.time.Duration;

import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Started connection factories with nothing configured but the server, to be destroyed by
 * the test.
 */
final class ConnectionFactories {

	private ConnectionFactories() {
	}

	static LettuceConnectionFactory lettuce(RedisConfiguration server) {
		return started(new LettuceConnectionFactory(server));
	}

	/**
	 * Returns a factory that notices changes of a cluster, which it does not by itself.
	 */
	static LettuceConnectionFactory refreshingLettuce(RedisConfiguration server) {
		ClusterTopologyRefreshOptions refresh = ClusterTopologyRefreshOptions.builder()
			.enableAllAdaptiveRefreshTriggers()
			.enablePeriodicRefresh(Duration.ofSeconds(1))
			.build();
		return started(new LettuceConnectionFactory(server,
				LettuceClientConfiguration.builder()
					.clientOptions(ClusterClientOptions.builder().topologyRefreshOptions(refresh).build())
					.build()));
	}

	private static LettuceConnectionFactory started(LettuceConnectionFactory factory) {
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	static JedisConnectionFactory jedis(RedisConfiguration server) {
		if (server instanceof RedisClusterConfiguration cluster) {
			return started(new JedisConnectionFactory(cluster));
		}
		if (server instanceof RedisSentinelConfiguration sentinel) {
			return started(new JedisConnectionFactory(sentinel));
		}
		return started(new JedisConnectionFactory((RedisStandaloneConfiguration) server));
	}

	private static JedisConnectionFactory started(JedisConnectionFactory factory) {
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	static void destroy(RedisConnectionFactory factory) {
		try {
			((DisposableBean) factory).destroy();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
