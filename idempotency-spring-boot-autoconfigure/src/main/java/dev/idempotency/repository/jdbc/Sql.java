package dev.idempotency.repository.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A statement with named parameters, because dialects need the same values in different
 * places and numbers.
 *
 * @param text the statement as JDBC understands it
 * @param parameters the names of its parameters in order of appearance
 */
record Sql(String text, List<String> parameters) {

	/** A name after a colon, but not after the two of a cast. */
	private static final Pattern PARAMETER = Pattern.compile("(?<!:):([a-z]+[0-9]*)");

	static Sql of(String template) {
		List<String> parameters = new ArrayList<>();
		Matcher matcher = PARAMETER.matcher(template);
		String text = matcher.replaceAll((match) -> {
			parameters.add(match.group(1));
			return "?";
		});
		return new Sql(text, List.copyOf(parameters));
	}

	void bind(PreparedStatement statement, Map<String, @Nullable Object> values) throws SQLException {
		for (int i = 0; i < this.parameters.size(); i++) {
			bind(statement, i + 1, values.get(this.parameters.get(i)));
		}
	}

	private static void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
		if (value instanceof Long number) {
			statement.setLong(index, number);
		}
		else if (value instanceof Integer number) {
			statement.setInt(index, number);
		}
		else if (value instanceof String text) {
			statement.setString(index, text);
		}
		else if (value instanceof SqlArray array) {
			statement.setArray(index, array.on(statement.getConnection()));
		}
		else {
			statement.setBytes(index, (byte[]) value);
		}
	}

}
