package dev.idempotency.faults;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The business table, as the checker reads it.
 */
final class Effects {

	/** How many rows to hold at a time. */
	private static final int ROWS = 1000;

	private Effects() {
	}

	/**
	 * Creates the table anew.
	 * @param url the database
	 */
	static void create(String url) throws SQLException {
		try (Connection connection = DriverManager.getConnection(url);
				Statement statement = connection.createStatement()) {
			statement.execute("drop table if exists effect");
			statement.execute("create table effect (execution uuid primary key, operation_key uuid not null,"
					+ " failed boolean not null, process bigint not null, node varchar(10) not null,"
					+ " executed_at timestamp with time zone not null default clock_timestamp())");
		}
	}

	/**
	 * Reads the table.
	 * @param url the database
	 * @param reader told of each key, with all of its rows
	 */
	static void read(String url, Reader reader) throws SQLException {
		try (Connection connection = DriverManager.getConnection(url);
				Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			statement.setFetchSize(ROWS);
			try (ResultSet rows = statement.executeQuery(
					"select operation_key, execution, failed, process, node from effect order by operation_key, executed_at")) {
				read(rows, reader);
			}
		}
	}

	private static void read(ResultSet rows, Reader reader) throws SQLException {
		UUID key = null;
		List<Effect> effects = new ArrayList<>();
		while (rows.next()) {
			UUID next = rows.getObject(1, UUID.class);
			if (key != null && !next.equals(key)) {
				reader.read(key, List.copyOf(effects));
				effects.clear();
			}
			key = next;
			effects
				.add(new Effect(rows.getObject(2, UUID.class), rows.getBoolean(3), rows.getLong(4), rows.getString(5)));
		}
		if (key != null) {
			reader.read(key, effects);
		}
	}

	/**
	 * Told of what is read.
	 */
	interface Reader {

		void read(UUID key, List<Effect> effects);

	}

	/**
	 * A row.
	 *
	 * @param execution the run of the handler that wrote it
	 * @param failed whether that run ended in an error that is not recorded
	 * @param process the process of that run
	 * @param node the application that this process is one of
	 */
	record Effect(UUID execution, boolean failed, long process, String node) {
	}

}
