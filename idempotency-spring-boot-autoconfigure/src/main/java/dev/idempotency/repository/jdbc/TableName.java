package dev.idempotency.repository.jdbc;

import java.util.regex.Pattern;

/**
 * The name of the table as it goes into statements: identifiers that need no quotes, so
 * that nothing else can be slipped in by configuration.
 *
 * @param value the name, with catalog and schema if they were given
 */
record TableName(String value) {

	/** Leaves room for the suffix of the index in the 63 characters of PostgreSQL. */
	private static final String LAST_PART = "[A-Za-z_][A-Za-z0-9_$]{0,49}";

	private static final Pattern PATTERN = Pattern.compile("([A-Za-z_][A-Za-z0-9_$]{0,62}\\.){0,2}" + LAST_PART);

	TableName {
		if (!PATTERN.matcher(value).matches()) {
			throw new IllegalArgumentException("'" + value + "' cannot be used as table name: write an identifier of"
					+ " at most 50 letters, digits, '_' and '$' that does not begin with a digit, with the schema and"
					+ " a dot before it if need be");
		}
	}

	/**
	 * Returns the table without its schema, for the names of indexes, which are in the
	 * schema of their table.
	 * @return the last part of the name
	 */
	String unqualified() {
		return this.value.substring(this.value.lastIndexOf('.') + 1);
	}

}
