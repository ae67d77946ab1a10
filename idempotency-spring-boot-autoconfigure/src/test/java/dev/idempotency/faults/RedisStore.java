package dev.idempotency.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import redis.embedded.RedisServer;

import dev.idempotency.test.RedisServers;

import static org.awaitility.Awaitility.await;

/**
 * Redis, which writes to its disk before it answers, and crashes by {@code kill -9}.
 */
final class RedisStore implements Store {

	private final int port;

	private final RedisServer server;

	RedisStore(int port, Path directory) throws IOException {
		this.port = port;
		Path data = Files.createDirectory(directory.resolve("redis"));
		this.server = RedisServers.newest(RedisServer.newRedisServer())
			.bind("127.0.0.1")
			.port(port)
			.setting("dir " + data)
			.setting("save \"\"")
			.setting("appendonly yes")
			.setting("appendfsync always")
			.setting("daemonize no")
			.onShutdownForceStop(true)
			// What nobody reads would block the server in the end
			.soutListener((line) -> {
			})
			.serrListener((line) -> {
			})
			.build();
		this.server.start();
	}

	@Override
	public int port() {
		return this.port;
	}

	@Override
	public void crash() {
		try {
			this.server.stop();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void restart() {
		// The killed one may still have the port
		await().atMost(Duration.ofMinutes(1)).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
			this.server.start();
			return true;
		});
	}

	@Override
	public void close() {
		crash();
	}

}
