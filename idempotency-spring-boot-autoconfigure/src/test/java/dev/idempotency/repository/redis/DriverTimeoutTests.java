package dev.idempotency.repository.redis;

import java.lang.reflect.Proxy;
import java.time.Duration;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said at the start about drivers that may wait longer than a call may take.
 */
@ExtendWith(OutputCaptureExtension.class)
class DriverTimeoutTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	@ParameterizedTest
	@CsvSource({ "2s, false", "5s, false", "6s, true", "0s, true" })
	@DisplayName("5.5 Jedis whose read timeout is longer than a call may take brings a warning")
	void jedis(String readTimeout, boolean warned, CapturedOutput output) {
		Duration timeout = Duration.parse("PT" + readTimeout);
		create(new JedisConnectionFactory(new RedisStandaloneConfiguration(),
				JedisClientConfiguration.builder().readTimeout(timeout).build()));
		assertThat(
				output.toString().contains("which is " + timeout.toMillis() + " ms (0: for ever), and not the 5000 ms"))
			.isEqualTo(warned);
	}

	@Test
	@DisplayName("5.5 a driver whose timeouts are not known brings a warning with its name")
	void others(CapturedOutput output) {
		RedisConnectionFactory other = (RedisConnectionFactory) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { RedisConnectionFactory.class }, (proxy, method, arguments) -> null);
		create(other);
		assertThat(output).contains("the timeouts of " + other.getClass().getName());
	}

	@Test
	@DisplayName("5.5 Lettuce brings none: its calls are bounded")
	void lettuce(CapturedOutput output) {
		create(new LettuceConnectionFactory(new RedisStandaloneConfiguration()));
		assertThat(output).doesNotContain("A call of Redis may take");
	}

	private static void create(RedisConnectionFactory connectionFactory) {
		new RedisIdempotencyRepository(connectionFactory, "timeouts:", TIMEOUT).close();
	}

}
