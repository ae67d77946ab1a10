package dev.idempotency.benchmarks;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.Stream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis server that keeps nothing: that of the machine if there is one, otherwise the
 * one that comes as a jar.
 */
final class RedisProcess implements AutoCloseable {

	static final String HOST = "127.0.0.1";

	private static final String VERSION = "redis_version:";

	private final RedisServer server;

	private final int port;

	private RedisProcess(RedisServer server, int port) {
		this.server = server;
		this.port = port;
	}

	static RedisProcess start() throws IOException {
		int port = freePort();
		RedisServer server = RedisServer.newRedisServer()
			.executableProvider(executable())
			.bind(HOST)
			.port(port)
			.setting("save \"\"")
			.build();
		server.start();
		return new RedisProcess(server, port);
	}

	private static ExecutableProvider executable() {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
			.map((directory) -> new File(directory, "redis-server"))
			.filter(File::canExecute)
			.findFirst()
			.<ExecutableProvider>map((file) -> () -> file)
			.orElseGet(ExecutableProvider::newJarResourceProvider);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	int port() {
		return this.port;
	}

	/**
	 * Asks the server for its version.
	 * @return name and version
	 */
	String version() {
		RedisClient client = RedisClient.create(RedisURI.create(HOST, this.port));
		try (StatefulRedisConnection<String, String> connection = client.connect()) {
			return connection.sync()
				.info("server")
				.lines()
				.filter((line) -> line.startsWith(VERSION))
				.map((line) -> "Redis " + line.substring(VERSION.length()))
				.findFirst()
				.orElse("Redis");
		}
		finally {
			client.shutdown();
		}
	}

	/** The processes of all servers of this kind. */
	static Stream<ProcessHandle> processes() {
		return ProcessHandle.current().descendants().filter((process) -> !ServerProcess.isServer(process));
	}

	@Override
	public void close() throws IOException {
		this.server.stop();
	}

}
