package dev.idempotency.repository.redis;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import dev.idempotency.test.Ports;
import dev.idempotency.test.RedisNode;
import dev.idempotency.test.RedisServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said at the start about servers that lose records or refuse requests.
 */
@ExtendWith(OutputCaptureExtension.class)
class ServerCheckTests {

	@Test
	void evictionBringsAWarning(CapturedOutput output) {
		try (RedisNode server = RedisNode.start(Ports.free(), "maxmemory-policy allkeys-lru")) {
			warmUp(address(server), 0);
			Awaitility.await()
				.untilAsserted(() -> assertThat(output).contains("WARN",
						"The maxmemory-policy of Redis is allkeys-lru: ", "Set maxmemory-policy to noeviction"));
		}
	}

	@Test
	void missingReplicasBringAWarningAndNoevictionBringsNone(CapturedOutput output) {
		warmUp(RedisServers.standalone(), 1);
		Awaitility.await()
			.untilAsserted(() -> assertThat(output).contains("WARN",
					"idempotency.redis.min-replicas is 1, but the number of connected replicas is 0: requests with a"
							+ " new key are refused with status 503"));
		assertThat(output).doesNotContain("maxmemory-policy");
	}

	@Test
	void eachMasterOfAClusterIsLookedAt(CapturedOutput output) {
		warmUp(RedisServers.cluster(), 2);
		Awaitility.await()
			.untilAsserted(() -> assertThat(output).containsPattern(
					"the number of connected replicas is 0 \\(127.0.0.1:\\d+\\), 0 \\(127.0.0.1:\\d+\\), 0 \\(127"));
		assertThat(output).doesNotContain("maxmemory-policy");
	}

	@Test
	void aServerThatMayNotBeAskedIsUsedWithoutAWord(CapturedOutput output) {
		try (RedisNode server = RedisNode.start(Ports.free(), "maxmemory-policy allkeys-lru",
				"user application on >secret ~* +@all -info")) {
			RedisStandaloneConfiguration address = address(server);
			address.setUsername("application");
			address.setPassword("secret");
			warmUp(address, 0);
			assertThat(output).doesNotContain("WARN", "maxmemory-policy");
		}
	}

	private static RedisStandaloneConfiguration address(RedisNode server) {
		return new RedisStandaloneConfiguration(RedisNode.HOST, server.port());
	}

	private static void warmUp(RedisConfiguration address, int minReplicas) {
		LettuceConnectionFactory connectionFactory = ConnectionFactories.lettuce(address);
		try (RedisIdempotencyRepository repository = new RedisIdempotencyRepository(connectionFactory, "check:",
				Duration.ofSeconds(10), minReplicas, Duration.ofSeconds(1))) {
			repository.warmUp();
			awaitEndOfWarmUp();
		}
		finally {
			connectionFactory.destroy();
		}
	}

	private static void awaitEndOfWarmUp() {
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("idempotency-redis-connect")));
	}

}
