package dev.idempotency.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * The PostgreSQL server of this JVM, started when first asked for: the current one in a
 * container where Docker answers, else the embedded one.
 */
public final class PostgresServer {

	private static final String IMAGE = "postgres:18-alpine";

	private static final String URL = start();

	private PostgresServer() {
	}

	private static String start() {
		if (Docker.isAvailable()) {
			Docker.report(IMAGE);
			return "jdbc:postgresql://" + Docker.start(IMAGE, 5432, "POSTGRES_PASSWORD") + "/%s?user=postgres&password="
					+ Docker.PASSWORD;
		}
		try {
			EmbeddedPostgres server = EmbeddedPostgres.builder()
				.setPort(Ports.free())
				.setPGStartupWait(Duration.ofMinutes(2))
				.setServerConfig("max_connections", "200")
				.start();
			Docker.report("embedded PostgreSQL");
			return "jdbc:postgresql://localhost:" + server.getPort() + "/%s?user=postgres";
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns the URL of a database, which is created if need be.
	 * @param database the name of the database
	 * @return the URL, with user and password
	 */
	public static synchronized String jdbcUrl(String database) {
		try (Connection connection = DriverManager.getConnection(URL.formatted("postgres"));
				Statement statement = connection.createStatement()) {
			try (ResultSet found = statement
				.executeQuery("select 1 from pg_database where datname = '" + database + "'")) {
				if (found.next()) {
					return URL.formatted(database);
				}
			}
			statement.execute("create database " + database);
			return URL.formatted(database);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
