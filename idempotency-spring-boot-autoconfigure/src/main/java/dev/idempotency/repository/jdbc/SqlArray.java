package dev.idempotency.repository.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * An array as the value of a parameter.
 */
final class SqlArray {

	private final String type;

	private final Object[] elements;

	/**
	 * Creates the value.
	 * @param type the database's name for the type of an element
	 * @param elements the elements, in an array of their own type
	 */
	SqlArray(String type, Object[] elements) {
		this.type = type;
		this.elements = elements;
	}

	Array on(Connection connection) throws SQLException {
		return connection.createArrayOf(this.type, this.elements);
	}

}
