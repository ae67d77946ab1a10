package dev.idempotency.behaviour;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.idempotency.behaviour.app.LedgerApplication;
import dev.idempotency.test.PostgresServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Processes with transactional operations that are killed.
 */
class TransactionalCrashTests {

	private static final String DATABASE = PostgresServer.jdbcUrl("transactional_crash");

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	@TempDir
	private Path directory;

	private final AtomicInteger starts = new AtomicInteger();

	@BeforeEach
	void forget() throws SQLException {
		try (Connection connection = DriverManager.getConnection(DATABASE);
				Statement statement = connection.createStatement()) {
			statement.execute("drop table if exists receipt, entry, idempotency_record");
		}
	}

	@Test
	@DisplayName("5.2 kill -9 while the handler runs: neither effect nor record; the retry gives one row")
	void killedWhileTheHandlerRuns() throws Exception {
		String key = UUID.randomUUID().toString();
		try (Program first = start(); Together together = new Together()) {
			try (Connection connection = DriverManager.getConnection(DATABASE);
					Statement statement = connection.createStatement()) {
				connection.setAutoCommit(false);
				statement.execute("lock table receipt in access exclusive mode");
				Future<HttpResponse<String>> running = together.meanwhile(() -> first.post("/read-receipts", key));
				await().until(TransactionalCrashTests::isBlocked);
				assertThat(first.post("/read-receipts", key).statusCode()).isEqualTo(409);
				first.kill();
				assertThat(running).failsWithin(Duration.ofSeconds(30));
				assertThat(count(key)).isZero();
				connection.rollback();
			}
		}
		try (Program second = start()) {
			HttpResponse<String> retry = await().until(() -> second.post("/read-receipts", key),
					(response) -> response.statusCode() != 409);
			assertThat(retry.statusCode()).isEqualTo(201);
			assertThat(retry.headers().firstValue("Idempotent-Replayed")).isEmpty();
			assertThat(count(key)).isOne();
			HttpResponse<String> replay = second.post("/read-receipts", key);
			assertThat(replay.headers().firstValue("Idempotent-Replayed")).hasValue("true");
			assertThat(replay.body()).isEqualTo(retry.body());
			assertThat(count(key)).isOne();
		}
	}

	@Test
	@DisplayName("5.2 kill -9 at any moment: each operation has one row, and one answer")
	void killedAtAnyMoment() throws Exception {
		Map<String, String> answers = new ConcurrentHashMap<>();
		List<String> unanswered = new ArrayList<>();
		for (int round = 0; round < 3; round++) {
			try (Program program = start(); Together together = new Together()) {
				List<Future<String>> last = new ArrayList<>();
				for (int client = 0; client < 8; client++) {
					last.add(together.meanwhile(() -> payUntilKilled(program, answers)));
				}
				int enough = answers.size() + ThreadLocalRandom.current().nextInt(10, 200);
				await().pollInterval(Duration.ofMillis(1)).until(() -> answers.size() >= enough);
				program.kill();
				last.forEach((key) -> unanswered.add(Together.get(key)));
			}
		}
		try (Program program = start()) {
			for (String key : unanswered) {
				HttpResponse<String> answer = await().until(() -> program.post("", key),
						(response) -> response.statusCode() != 409);
				assertThat(answer.statusCode()).isEqualTo(201);
				answers.put(key, answer.body());
			}
			assertThat(counts()).containsOnlyKeys(answers.keySet()).allSatisfy((key, rows) -> assertThat(rows).isOne());
			for (Map.Entry<String, String> answer : answers.entrySet()) {
				assertThat(program.post("", answer.getKey()).body()).isEqualTo(answer.getValue());
			}
			assertThat(counts()).hasSameSizeAs(answers).allSatisfy((key, rows) -> assertThat(rows).isOne());
		}
	}

	// The key of the request that was not answered any more
	private static String payUntilKilled(Program program, Map<String, String> answers) {
		while (true) {
			String key = UUID.randomUUID().toString();
			try {
				HttpResponse<String> answer = program.post("", key);
				assertThat(answer.statusCode()).isEqualTo(201);
				answers.put(key, answer.body());
			}
			catch (UncheckedIOException ex) {
				return key;
			}
		}
	}

	private static boolean isBlocked() throws SQLException {
		return query("select count(*) from pg_locks where not granted and relation = 'receipt'::regclass", null) > 0;
	}

	private static int count(String name) throws SQLException {
		return query("select count(*) from entry where name = ?", name);
	}

	private static Map<String, Integer> counts() throws SQLException {
		Map<String, Integer> counts = new HashMap<>();
		try (Connection connection = DriverManager.getConnection(DATABASE);
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("select name, count(*) from entry group by name")) {
			while (rows.next()) {
				counts.put(rows.getString(1), rows.getInt(2));
			}
		}
		return counts;
	}

	private static int query(String sql, @Nullable String parameter) throws SQLException {
		try (Connection connection = DriverManager.getConnection(DATABASE);
				PreparedStatement statement = connection.prepareStatement(sql)) {
			if (parameter != null) {
				statement.setString(1, parameter);
			}
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				return row.getInt(1);
			}
		}
	}

	private Program start() throws IOException {
		return new Program(this.directory.resolve("application-" + this.starts.incrementAndGet() + ".log"));
	}

	/**
	 * The application in a process of its own.
	 */
	private static final class Program implements AutoCloseable {

		private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

		private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

		private final Path log;

		private final Process process;

		private final int port;

		Program(Path log) throws IOException {
			this.log = log;
			List<String> command = new ArrayList<>(List.of(
					Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
					"-cp", System.getProperty("java.class.path"), LedgerApplication.class.getName()));
			List<String> properties = new ArrayList<>(List.of("server.port=0", "spring.main.banner-mode=off",
					"spring.application.name=crash", "idempotency.repository=jdbc",
					"idempotency.jdbc.initialize-schema=always", "spring.datasource.url=" + DATABASE,
					"spring.autoconfigure.exclude=" + String.join(",", TestApplication.ON_DEMAND)));
			properties.forEach((property) -> command.add("--" + property));
			this.process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
			this.port = awaitPort();
		}

		private int awaitPort() {
			await().atMost(LONG_ENOUGH).until(() -> PORT.matcher(output()).find() || !this.process.isAlive());
			Matcher started = PORT.matcher(output());
			assertThat(started.find()).as(this::output).isTrue();
			return Integer.parseInt(started.group(1));
		}

		private String output() {
			try {
				return Files.readString(this.log);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		HttpResponse<String> post(String target, String key) {
			HttpRequest request = HttpRequest
				.newBuilder(URI.create("http://localhost:" + this.port + "/entries" + target))
				.POST(BodyPublishers.ofString("{\"item\":\"book\",\"quantity\":2}"))
				.header("Content-Type", "application/json")
				.header("Idempotency-Key", '"' + key + '"')
				.header("X-Case", key)
				.build();
			try {
				return CLIENT.send(request, BodyHandlers.ofString());
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException(ex);
			}
		}

		/** By SIGKILL, on every system that has it. */
		void kill() {
			this.process.destroyForcibly().onExit().join();
		}

		@Override
		public void close() {
			kill();
		}

	}

}
