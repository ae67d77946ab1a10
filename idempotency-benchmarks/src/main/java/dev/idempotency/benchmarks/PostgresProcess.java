package dev.idempotency.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.stream.Stream;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * The PostgreSQL server that comes as a jar. What it holds is gone afterwards.
 */
final class PostgresProcess implements AutoCloseable {

	/** What is committed is on the disk, as it comes. */
	static final Map<String, String> DURABLE = Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes",
			"on");

	private static final String USER = "postgres";

	private final EmbeddedPostgres server;

	private final long pid;

	private PostgresProcess(EmbeddedPostgres server, long pid) {
		this.server = server;
		this.pid = pid;
	}

	/**
	 * Starts a server.
	 * @param settings what its configuration has beside that of the jar, which gives
	 * durability away for speed
	 * @return the server
	 * @throws IOException if it does not start
	 */
	static PostgresProcess start(Map<String, String> settings) throws IOException {
		Path data = Files.createTempDirectory("postgres");
		EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder().setDataDirectory(data);
		settings.forEach(builder::setServerConfig);
		EmbeddedPostgres server = builder.start();
		// The server makes itself independent of who starts it
		long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
		return new PostgresProcess(server, pid);
	}

	int port() {
		return this.server.getPort();
	}

	/**
	 * Returns where to connect to.
	 * @param port that of the server, or of what stands before it
	 * @return the address for a driver
	 */
	static String url(int port) {
		return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + USER;
	}

	HikariDataSource dataSource(int connections) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url(port()));
		config.setMaximumPoolSize(connections);
		return new HikariDataSource(config);
	}

	/**
	 * Asks the server for its version.
	 * @return name and version
	 * @throws SQLException if it does not answer
	 */
	String version() throws SQLException {
		try (Connection connection = this.server.getPostgresDatabase().getConnection()) {
			return "PostgreSQL " + connection.getMetaData().getDatabaseProductVersion();
		}
	}

	/** The processes of the server, one for each connection among them. */
	Stream<ProcessHandle> processes() {
		return ProcessHandle.of(this.pid).stream().flatMap((main) -> Stream.concat(Stream.of(main), main.children()));
	}

	@Override
	public void close() throws IOException {
		this.server.close();
	}

}
