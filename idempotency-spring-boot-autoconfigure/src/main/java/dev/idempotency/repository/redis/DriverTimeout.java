package dev.idempotency.repository.redis;

import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * Says which time-out holds where ours does not: a driver that blocks cannot be bounded
 * from outside without a thread for each call.
 */
final class DriverTimeout {

	private static final Logger logger = LoggerFactory.getLogger(DriverTimeout.class);

	private static final ClassLoader CLASS_LOADER = DriverTimeout.class.getClassLoader();

	private static final boolean LETTUCE_PRESENT = ClassUtils.isPresent("io.lettuce.core.RedisClient", CLASS_LOADER);

	private static final boolean JEDIS_PRESENT = ClassUtils.isPresent("redis.clients.jedis.Jedis", CLASS_LOADER);

	private DriverTimeout() {
	}

	/**
	 * Warns if a call may take longer than it should.
	 * @param connectionFactory the connections
	 * @param timeout how long a call may wait for Redis
	 */
	static void check(RedisConnectionFactory connectionFactory, Duration timeout) {
		if (LETTUCE_PRESENT && connectionFactory instanceof LettuceConnectionFactory) {
			return;
		}
		if (JEDIS_PRESENT && connectionFactory instanceof JedisConnectionFactory jedis) {
			Duration read = jedis.getClientConfiguration().getReadTimeout();
			if (read.isZero() || read.compareTo(timeout) > 0) {
				logger.warn(
						"A call of Redis may take as long as the read timeout of Jedis, which is {} ms (0: for ever), and"
								+ " not the {} ms of idempotency.repository-timeout. Set spring.data.redis.timeout to no"
								+ " more than these",
						read.toMillis(), timeout.toMillis());
			}
			return;
		}
		logger.warn(
				"A call of Redis may take as long as the timeouts of {} say, all its attempts together, and not the {} ms"
						+ " of idempotency.repository-timeout. Set them to no more than these, or use Lettuce",
				connectionFactory.getClass().getName(), timeout.toMillis());
	}

}
