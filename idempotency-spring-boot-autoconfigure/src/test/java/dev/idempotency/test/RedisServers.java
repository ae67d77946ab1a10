package dev.idempotency.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Redis servers for tests, started once per JVM and when first asked for: a container of
 * the current version where Docker answers, otherwise the one that comes as a jar.
 */
public final class RedisServers {

	private static final Logger logger = LoggerFactory.getLogger(RedisServers.class);

	private static final String IMAGE = "redis:8-alpine";

	private static final String HOST = "127.0.0.1";

	private static final int SLOTS = 16384;

	static final int CLUSTER_BUS_OFFSET = 10_000;

	private RedisServers() {
	}

	/**
	 * Returns a server that all tests share.
	 * @return its address
	 */
	public static RedisStandaloneConfiguration standalone() {
		return Standalone.ADDRESS;
	}

	/**
	 * Returns a server of Redis 7 or later that all tests share. Where there is none, the
	 * test is skipped.
	 * @return its address
	 */
	public static RedisStandaloneConfiguration newer() {
		assumeNewer();
		return Newer.ADDRESS;
	}

	private static void assumeNewer() {
		assumeThat(OnPath.EXECUTABLE != null || DockerClientFactory.instance().isDockerAvailable())
			.as("a redis-server of version 7 or later is on the PATH")
			.isTrue();
	}

	/**
	 * Starts a server of Redis 7 or later of the test's own, to be stopped by it. Where
	 * there is none, the test is skipped.
	 * @param port the port
	 * @return the server
	 */
	public static RedisServer startNewer(int port) {
		assumeThat(OnPath.EXECUTABLE).as("a redis-server of version 7 or later on the PATH").isNotNull();
		return start(builder(port).executableProvider(() -> OnPath.EXECUTABLE));
	}

	/**
	 * Has a builder start a server of Redis 7 or later, where there is one.
	 * @param builder the builder
	 * @return the builder
	 */
	public static RedisServerBuilder newest(RedisServerBuilder builder) {
		File executable = OnPath.EXECUTABLE;
		return (executable != null) ? builder.executableProvider(() -> executable) : builder;
	}

	/**
	 * Returns a cluster of three masters that all tests share.
	 * @return its addresses
	 */
	public static RedisClusterConfiguration cluster() {
		return Cluster.ADDRESSES;
	}

	/**
	 * Starts a server of the test's own, to be stopped by it.
	 * @param port the port
	 * @param settings lines of its configuration
	 * @return the server
	 */
	public static RedisServer start(int port, String... settings) {
		RedisServerBuilder builder = builder(port);
		for (String setting : settings) {
			builder.setting(setting);
		}
		return start(builder);
	}

	private static RedisServerBuilder builder(int port) {
		return RedisServer.newRedisServer().bind(HOST).port(port).setting("save \"\"").setting("daemonize no");
	}

	private static RedisServer start(RedisServerBuilder builder) {
		try {
			RedisServer server = builder.build();
			server.start();
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static RedisStandaloneConfiguration started(String what, String host, int port) {
		logger.info("Redis for tests: {}", what);
		return new RedisStandaloneConfiguration(host, port);
	}

	private static final class Standalone {

		static final RedisStandaloneConfiguration ADDRESS = start();

		private static RedisStandaloneConfiguration start() {
			if (DockerClientFactory.instance().isDockerAvailable()) {
				return startContainer();
			}
			int port = Ports.free();
			RedisServers.start(port);
			return started("embedded server", HOST, port);
		}

		@SuppressWarnings("resource") // Testcontainers stops it with the JVM
		private static RedisStandaloneConfiguration startContainer() {
			GenericContainer<?> container = new GenericContainer<>(IMAGE).withExposedPorts(6379);
			container.start();
			return started("container " + IMAGE, container.getHost(), container.getMappedPort(6379));
		}

	}

	private static final class OnPath {

		private static final Pattern VERSION = Pattern.compile(".* v=(\\d+)\\..*", Pattern.DOTALL);

		static final @Nullable File EXECUTABLE = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
			.map((directory) -> new File(directory, "redis-server"))
			.filter((file) -> file.canExecute() && version(file) >= 7)
			.findFirst()
			.orElse(null);

		private static int version(File executable) {
			try {
				Process process = new ProcessBuilder(executable.getPath(), "--version").start();
				Matcher matcher = VERSION
					.matcher(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
				return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	private static final class Newer {

		static final RedisStandaloneConfiguration ADDRESS = start();

		private static RedisStandaloneConfiguration start() {
			if (OnPath.EXECUTABLE == null) {
				return standalone();
			}
			int port = Ports.free();
			startNewer(port);
			return started("server on the PATH", HOST, port);
		}

	}

	private static final class Cluster {

		static final RedisClusterConfiguration ADDRESSES = start();

		private static RedisClusterConfiguration start() {
			List<Integer> ports = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				int port = Ports.freeWith(CLUSTER_BUS_OFFSET);
				RedisServers.start(port, "cluster-enabled yes", "cluster-node-timeout 30000",
						"dir " + temporaryDirectory());
				ports.add(port);
			}
			join(ports);
			RedisClusterConfiguration addresses = new RedisClusterConfiguration();
			ports.forEach((port) -> addresses.clusterNode(HOST, port));
			return addresses;
		}

		private static void join(List<Integer> ports) {
			List<RedisClient> clients = ports.stream()
				.map((port) -> RedisClient.create(RedisURI.create(HOST, port)))
				.toList();
			List<StatefulRedisConnection<String, String>> nodes = clients.stream().map(RedisClient::connect).toList();
			for (int i = 0; i < nodes.size(); i++) {
				nodes.get(i)
					.sync()
					.clusterAddSlots(
							IntStream.range(SLOTS * i / nodes.size(), SLOTS * (i + 1) / nodes.size()).toArray());
			}
			ports.stream().skip(1).forEach((port) -> nodes.get(0).sync().clusterMeet(HOST, port));
			// Another thread would wait for this class to be initialized
			Awaitility.await()
				.pollInSameThread()
				.atMost(Duration.ofSeconds(30))
				.until(() -> nodes.stream()
					.map((node) -> node.sync().clusterInfo())
					.allMatch((info) -> info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")));
			clients.forEach(RedisClient::shutdown);
		}

		private static Path temporaryDirectory() {
			try {
				Path directory = Files.createTempDirectory("redis-cluster");
				directory.toFile().deleteOnExit();
				return directory;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
