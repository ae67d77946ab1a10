package dev.idempotency.repository.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Gives the statements that create the table of the records under the name that the
 * application wants, which the scripts on the class path leave open.
 *
 * @since 0.1.0
 */
public final class JdbcIdempotencySchema {

	private JdbcIdempotencySchema() {
	}

	/**
	 * Returns the script that creates table and index. Where the database allows it, the
	 * script does nothing if they exist.
	 * @param platform {@code postgresql}, {@code mysql}, {@code mariadb}, {@code h2},
	 * {@code oracle} or {@code sqlserver}, as Spring Boot names them
	 * @param tableName the name of the table, may be qualified by its schema
	 * @return the statements, each ended by a semicolon
	 * @throws IllegalArgumentException if there is no script for the platform or the name
	 * cannot be used
	 */
	public static String script(String platform, String tableName) {
		TableName table = new TableName(tableName);
		return template(platform).replace("@@table@@", table.value())
			.replace("@@index@@", table.unqualified() + "_expires_at");
	}

	private static String template(String platform) {
		if (Arrays.stream(JdbcDialect.values()).noneMatch((dialect) -> dialect.platform().equals(platform))) {
			throw new IllegalArgumentException("There is no schema script for '" + platform + "', only for "
					+ Arrays.stream(JdbcDialect.values()).map(JdbcDialect::platform).collect(Collectors.joining(", ")));
		}
		String name = "schema-" + platform + ".sql";
		try (InputStream script = JdbcIdempotencySchema.class.getResourceAsStream(name)) {
			if (script == null) {
				throw new IllegalStateException(name + " is missing beside " + JdbcIdempotencySchema.class.getName());
			}
			return new String(script.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
