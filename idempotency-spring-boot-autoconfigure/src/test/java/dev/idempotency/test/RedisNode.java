package dev.idempotency.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import redis.embedded.RedisServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A Redis server of a test's own, to be mistreated: it can be stopped in its tracks, die
 * and come back.
 */
public final class RedisNode implements AutoCloseable {

	public static final String HOST = "127.0.0.1";

	/** Ends with the JVM. */
	static final RedisClient CLIENT = RedisClient.create();

	private static final Pattern PROCESS_ID = Pattern.compile("process_id:(\\d+)");

	private final int port;

	private final List<String> settings;

	private RedisServer server;

	private long processId;

	private RedisNode(int port, List<String> settings) {
		this.port = port;
		this.settings = settings;
		start();
	}

	/**
	 * Starts a server.
	 * @param port its port
	 * @param settings lines of its configuration
	 * @return the server
	 */
	public static RedisNode start(int port, String... settings) {
		List<String> all = new ArrayList<>(List.of(settings));
		// Replicas are there at once
		all.addAll(List.of("repl-diskless-sync yes", "repl-diskless-sync-delay 0", "dir " + temporaryDirectory()));
		return new RedisNode(port, all);
	}

	private static Path temporaryDirectory() {
		try {
			Path directory = Files.createTempDirectory("redis");
			directory.toFile().deleteOnExit();
			return directory;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void start() {
		this.server = RedisServers.start(this.port, this.settings.toArray(String[]::new));
		Matcher matcher = PROCESS_ID.matcher(info("server"));
		assertThat(matcher.find()).isTrue();
		this.processId = Long.parseLong(matcher.group(1));
	}

	/**
	 * Returns the port of the server.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	/**
	 * Sends a command.
	 * @param <T> the type of its answer
	 * @param command what to send
	 * @return the answer
	 */
	public <T> T call(Function<RedisCommands<String, String>, T> command) {
		try (StatefulRedisConnection<String, String> connection = CLIENT.connect(RedisURI.create(HOST, this.port))) {
			return command.apply(connection.sync());
		}
	}

	/**
	 * Asks for information.
	 * @param section the section
	 * @return lines of names and values
	 */
	public String info(String section) {
		return call((commands) -> commands.info(section));
	}

	/** Stops it in its tracks: connections stay, but nothing is answered. */
	public void suspend() {
		signal("STOP");
	}

	/** Lets it go on. */
	public void resume() {
		signal("CONT");
	}

	private void signal(String signal) {
		try {
			Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(this.processId)).start();
			assertThat(kill.onExit().join().exitValue()).isZero();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Kills it, as {@code kill -9} does. */
	public void kill() {
		ProcessHandle process = ProcessHandle.of(this.processId).orElseThrow();
		process.destroyForcibly();
		process.onExit().join();
		stop();
	}

	/**
	 * Starts it again, with nothing in its memory.
	 * @param moreSettings lines to add to its configuration
	 */
	public void restart(String... moreSettings) {
		this.settings.addAll(List.of(moreSettings));
		start();
	}

	private void stop() {
		try {
			this.server.stop();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		if (this.server.isActive()) {
			resume();
			stop();
		}
	}

}
