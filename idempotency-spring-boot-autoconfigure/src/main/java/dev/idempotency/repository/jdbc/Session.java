package dev.idempotency.repository.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A connection for the time of one call: one on which every statement commits by itself,
 * or that of the application's transaction.
 *
 * @param connection the connection
 * @param queryTimeout the most seconds that a statement may take, zero for no limit
 */
record Session(Connection connection, int queryTimeout) {

	int update(Sql sql, Map<String, @Nullable Object> parameters) throws SQLException {
		try (PreparedStatement statement = prepare(sql)) {
			sql.bind(statement, parameters);
			return statement.executeUpdate();
		}
	}

	int[] batch(Sql sql, List<Map<String, @Nullable Object>> batch) throws SQLException {
		try (PreparedStatement statement = prepare(sql)) {
			for (Map<String, @Nullable Object> parameters : batch) {
				sql.bind(statement, parameters);
				statement.addBatch();
			}
			return statement.executeBatch();
		}
	}

	/**
	 * Reads the rows of a statement that may also write.
	 * @param <T> the type of a row
	 * @param sql the statement
	 * @param parameters its parameters
	 * @param reader reads a row
	 * @return the rows
	 * @throws SQLException if the statement fails
	 */
	<T> List<T> rows(Sql sql, Map<String, @Nullable Object> parameters, RowReader<T> reader) throws SQLException {
		try (PreparedStatement statement = prepare(sql)) {
			sql.bind(statement, parameters);
			// Not executeQuery, by which MySQL's driver refuses an insert that returns
			// rows
			statement.execute();
			return rows(statement, reader);
		}
	}

	/**
	 * Reads the rows of the second of two statements that are sent together.
	 * @param <T> the type of a row
	 * @param sql the statements, of which the first one has rows too
	 * @param parameters their parameters
	 * @param reader reads a row
	 * @return the rows
	 * @throws SQLException if one of them fails
	 */
	<T> List<T> rowsOfSecond(Sql sql, Map<String, @Nullable Object> parameters, RowReader<T> reader)
			throws SQLException {
		try (PreparedStatement statement = prepare(sql)) {
			sql.bind(statement, parameters);
			statement.execute();
			statement.getMoreResults();
			return rows(statement, reader);
		}
	}

	private static <T> List<T> rows(PreparedStatement statement, RowReader<T> reader) throws SQLException {
		List<T> rows = new ArrayList<>();
		try (ResultSet resultSet = statement.getResultSet()) {
			while (resultSet.next()) {
				rows.add(reader.read(resultSet));
			}
		}
		return rows;
	}

	/**
	 * Executes a command that has neither parameters nor a result.
	 * @param command the command
	 * @throws SQLException if it fails
	 */
	void execute(String command) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.execute(command);
		}
	}

	PreparedStatement prepare(Sql sql) throws SQLException {
		PreparedStatement statement = this.connection.prepareStatement(sql.text());
		if (this.queryTimeout > 0) {
			statement.setQueryTimeout(this.queryTimeout);
		}
		return statement;
	}

	/**
	 * Reads one row.
	 *
	 * @param <T> what it becomes
	 */
	interface RowReader<T> {

		T read(ResultSet row) throws SQLException;

	}

}
