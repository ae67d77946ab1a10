package dev.idempotency.faults;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;

import dev.idempotency.repository.jdbc.JdbcIdempotencySchema;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * PostgreSQL, which crashes by its immediate shutdown: every process of it dies without
 * writing anything, and the next start is a recovery.
 */
final class PostgresStore implements Store {

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private final int port;

	private final Path data;

	private final EmbeddedPostgres server;

	PostgresStore(int port, Path directory) throws IOException, SQLException {
		this.port = port;
		this.data = directory.resolve("postgresql");
		// The default of the embedded server may lose commits that it has acknowledged
		this.server = EmbeddedPostgres.builder()
			.setPort(port)
			.setDataDirectory(this.data)
			.setServerConfig("synchronous_commit", "on")
			.setPGStartupWait(PATIENCE)
			.start();
		try (Connection connection = DriverManager.getConnection(jdbcUrl(port));
				Statement statement = connection.createStatement()) {
			statement.execute(JdbcIdempotencySchema.script("postgresql", "idempotency_record"));
		}
	}

	@Override
	public int port() {
		return this.port;
	}

	static String jdbcUrl(int port) {
		return "jdbc:postgresql://localhost:" + port + "/postgres?user=postgres";
	}

	@Override
	public void crash() {
		control("stop", "-m", "immediate");
	}

	@Override
	public void restart() {
		control("start", "-l", this.data.resolve("restarts.log").toString(), "-o", options());
	}

	private void control(String... arguments) {
		try {
			List<String> command = new ArrayList<>();
			// It does not run as root
			if (LinuxUtils.isUnshareAvailable()) {
				command.addAll(List.of("unshare", "-U"));
			}
			command.add(new File(startCommand()[0]).toPath().resolveSibling("pg_ctl").toString());
			command.addAll(List.of("-D", this.data.toString(), "-w", "-t", Long.toString(PATIENCE.toSeconds())));
			command.addAll(List.of(arguments));
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(Redirect.DISCARD)
				.start();
			assertThat(process.onExit().join().exitValue()).as("exit value of %s", command).isZero();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// How the embedded server was started; it is quoted for a shell, as pg_ctl wants it
	private String options() {
		return startCommand()[1];
	}

	private String[] startCommand() {
		try {
			return Files.readString(this.data.resolve("postmaster.opts")).strip().split(" ", 2);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
