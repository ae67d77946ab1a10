package dev.idempotency.repository.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import redis.embedded.RedisServer;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.ClaimResult;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.Lease;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.test.Ports;
import dev.idempotency.test.RedisServers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How calls fail on servers that are down or do not answer, with the drivers' defaults: a
 * command timeout of a minute with Lettuce.
 */
@Timeout(60)
class RedisOutageTests {

	private static final Duration TIMEOUT = Duration.ofMillis(500);

	/** The machine may be busy, but Lettuce would take ten seconds to connect. */
	private static final Duration MUCH_LESS_THAN_LETTUCE = Duration.ofSeconds(7);

	/** It would take two seconds for each of twenty calls. */
	private static final Duration MUCH_LESS_THAN_ALL_OF_JEDIS = Duration.ofSeconds(20);

	private static final RecordId ID = RecordId.of("outage", "", new IdempotencyKey("key-that-nobody-may-see"));

	@Test
	void aHungServerFailsEveryCallWithinTheTimeout() throws Exception {
		try (Server server = new Server(); Lettuce lettuce = new Lettuce(server.port)) {
			claimOnceConnected(lettuce.repository);
			server.suspend();
			for (Runnable call : calls(lettuce.repository)) {
				assertFailsInTime(call);
			}
		}
	}

	@Test
	void manyCallersOfAHungServerFailTogether() throws Exception {
		try (Server server = new Server(); Lettuce lettuce = new Lettuce(server.port)) {
			claimOnceConnected(lettuce.repository);
			server.suspend();
			assertManyFailInTime(lettuce.repository);
		}
	}

	@Test
	void aServerThatRecoversIsUsedAgainWithoutTheCallsThatFailed() throws Exception {
		try (Server server = new Server(); Lettuce lettuce = new Lettuce(server.port)) {
			claimOnceConnected(lettuce.repository);
			server.suspend();
			assertFailsInTime(() -> lettuce.repository.find(ID));
			server.resume();
			assertThat(answer(() -> lettuce.repository.claim(claim(2)))).isInstanceOf(ClaimResult.Existing.class);
		}
	}

	@Test
	void aServerThatAcceptsConnectionsButNeverAnswersFailsManyCallersTogether() throws Exception {
		int port = Ports.free();
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		// The socket has to be closed first, for the factory waits for its connection
		try (Lettuce lettuce = new Lettuce(port);
				ServerSocket silent = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
			assertThat(silent.isBound()).isTrue();
			assertManyFailInTime(lettuce.repository);
			assertThat(Thread.getAllStackTraces().keySet())
				.filteredOn(
						(thread) -> thread.getName().equals("idempotency-redis-connect") && !before.contains(thread))
				.hasSizeLessThanOrEqualTo(1);
		}
	}

	@Test
	void aServerThatIsDownFailsAtOnceAndIsUsedWhenItIsUp() throws Exception {
		int port = Ports.free();
		try (Lettuce lettuce = new Lettuce(port)) {
			for (Runnable call : calls(lettuce.repository)) {
				assertFailsInTime(call);
			}
			RedisServer server = RedisServers.start(port);
			try {
				claimOnceConnected(lettuce.repository);
			}
			finally {
				server.stop();
			}
		}
	}

	@Test
	void aServerThatDiesFailsWithinTheTimeoutAndIsUsedAgainAfterItsRestart() throws Exception {
		try (Server server = new Server(); Lettuce lettuce = new Lettuce(server.port)) {
			claimOnceConnected(lettuce.repository);
			server.stop();
			assertManyFailInTime(lettuce.repository);
			server.start();
			assertThat(answer(() -> lettuce.repository.find(ID))).isEmpty();
		}
	}

	@Test
	void withJedisAHungServerFailsWithinItsOwnTimeout() throws Exception {
		try (Server server = new Server()) {
			JedisConnectionFactory connectionFactory = ConnectionFactories
				.jedis(new RedisStandaloneConfiguration("127.0.0.1", server.port));
			RedisIdempotencyRepository repository = new RedisIdempotencyRepository(connectionFactory, "outage:",
					TIMEOUT);
			claimOnceConnected(repository);
			server.suspend();
			assertFailsWithin(MUCH_LESS_THAN_ALL_OF_JEDIS, () -> repository.find(ID));
			server.resume();
			connectionFactory.destroy();
		}
	}

	@Test
	void withJedisARenewalOfManyOnAHungServerWaitsForOneOnly() throws Exception {
		try (Server server = new Server()) {
			JedisConnectionFactory connectionFactory = ConnectionFactories
				.jedis(new RedisStandaloneConfiguration("127.0.0.1", server.port));
			RedisIdempotencyRepository repository = new RedisIdempotencyRepository(connectionFactory, "outage:",
					TIMEOUT);
			claimOnceConnected(repository);
			server.suspend();
			assertFailsWithin(MUCH_LESS_THAN_ALL_OF_JEDIS,
					() -> repository.renew(Collections.nCopies(20, new Lease(ID, 1, TIMEOUT))));
			server.resume();
			connectionFactory.destroy();
		}
	}

	@Test
	void anInterruptedCallFailsAndTheThreadStaysInterrupted() throws Exception {
		try (Server server = new Server(); Lettuce lettuce = new Lettuce(server.port)) {
			claimOnceConnected(lettuce.repository);
			Thread.currentThread().interrupt();
			assertFails(() -> lettuce.repository.find(ID));
			assertThat(Thread.interrupted()).isTrue();
			assertThat(answer(() -> lettuce.repository.find(ID))).isPresent();
		}
	}

	private static void claimOnceConnected(RedisIdempotencyRepository repository) {
		assertThat(answer(() -> repository.claim(claim(1)))).isNotNull();
	}

	// A server that is up may need longer than the timeout to get going
	private static <T> T answer(Callable<T> call) {
		return Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.ignoreExceptionsInstanceOf(IdempotencyRepositoryException.class)
			.until(call, (answer) -> true);
	}

	private static List<Runnable> calls(RedisIdempotencyRepository repository) {
		return List.of(() -> repository.claim(claim(2)),
				() -> repository.complete(ID, 1,
						new RecordedResponse(200, "secret-body".getBytes(StandardCharsets.UTF_8))),
				() -> repository.renew(List.of(new Lease(ID, 1, TIMEOUT))), () -> repository.release(ID, 1),
				() -> repository.find(ID), () -> repository.delete(ID));
	}

	private static void assertManyFailInTime(RedisIdempotencyRepository repository) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(50);
		try {
			List<Future<?>> callers = IntStream.range(0, 50)
				.<Future<?>>mapToObj((i) -> threads.submit(() -> assertFailsInTime(() -> repository.claim(claim(i)))))
				.toList();
			for (Future<?> caller : callers) {
				caller.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static void assertFailsInTime(Runnable call) {
		assertFailsWithin(MUCH_LESS_THAN_LETTUCE, call);
	}

	private static void assertFailsWithin(Duration time, Runnable call) {
		long start = System.nanoTime();
		assertFails(call);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(time);
	}

	private static void assertFails(Runnable call) {
		assertThatExceptionOfType(IdempotencyRepositoryException.class).isThrownBy(call::run).satisfies((ex) -> {
			assertThat(ex.getMessage()).matches(".*'(claim|complete|renew|release|find|delete)'.*");
			assertThat(Stream.iterate((Throwable) ex, (cause) -> cause != null, Throwable::getCause))
				.noneMatch((cause) -> cause.toString().contains("secret-body"))
				.noneMatch((cause) -> cause.toString().contains("nobody-may-see"));
		});
	}

	private static Claim claim(long token) {
		return new Claim(ID, token, "operation", Fingerprint.of(new byte[32]), Duration.ofMinutes(1),
				Duration.ofMinutes(1), null);
	}

	/** A repository with Lettuce on a port. */
	private static final class Lettuce implements AutoCloseable {

		private final LettuceConnectionFactory connectionFactory;

		private final RedisIdempotencyRepository repository;

		Lettuce(int port) {
			this.connectionFactory = ConnectionFactories.lettuce(new RedisStandaloneConfiguration("127.0.0.1", port));
			this.repository = new RedisIdempotencyRepository(this.connectionFactory, "outage:", TIMEOUT);
		}

		@Override
		public void close() {
			this.connectionFactory.destroy();
		}

	}

	/** A server to be mistreated. */
	private static final class Server implements AutoCloseable {

		private final int port = Ports.free();

		private RedisServer server = RedisServers.start(this.port);

		private String processId = processId();

		private String processId() {
			LettuceConnectionFactory connectionFactory = ConnectionFactories
				.lettuce(new RedisStandaloneConfiguration("127.0.0.1", this.port));
			try (RedisConnection connection = connectionFactory.getConnection()) {
				Properties info = connection.serverCommands().info("server");
				return info.getProperty("process_id");
			}
			finally {
				connectionFactory.destroy();
			}
		}

		void suspend() throws IOException {
			signal("STOP");
		}

		void resume() throws IOException {
			signal("CONT");
		}

		private void signal(String signal) throws IOException {
			Process kill = new ProcessBuilder("kill", "-" + signal, this.processId).start();
			assertThat(kill.onExit().join().exitValue()).isZero();
		}

		void stop() throws IOException {
			this.server.stop();
		}

		void start() {
			this.server = RedisServers.start(this.port);
			this.processId = processId();
		}

		@Override
		public void close() throws IOException {
			if (this.server.isActive()) {
				resume();
				stop();
			}
		}

	}

}
