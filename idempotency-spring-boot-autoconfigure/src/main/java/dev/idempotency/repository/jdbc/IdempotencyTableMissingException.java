package dev.idempotency.repository.jdbc;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

import dev.idempotency.repository.IdempotencyRepositoryException;

/**
 * The table of the records, or one of its columns, is not in the database.
 *
 * @since 0.1.0
 */
public class IdempotencyTableMissingException extends IdempotencyRepositoryException {

	@Serial
	private static final long serialVersionUID = 1L;

	/** The name of the table that was looked for. */
	private final String tableName;

	/** The platform of the database. */
	private final String platform;

	/**
	 * Creates the exception.
	 * @param tableName the name of the table that was looked for
	 * @param platform the platform of the database, as in the name of its schema script
	 * @param cause the failure of the database
	 */
	public IdempotencyTableMissingException(String tableName, String platform, @Nullable Throwable cause) {
		super("The table '" + tableName + "' of the idempotency records, or one of its columns, is missing in the "
				+ platform + " database", cause);
		this.tableName = tableName;
		this.platform = platform;
	}

	/**
	 * Returns the table that was looked for.
	 * @return the name, with the schema if it was configured with one
	 */
	public String tableName() {
		return this.tableName;
	}

	/**
	 * Returns the platform of the database, for which
	 * {@link JdbcIdempotencySchema#script(String, String)} has the statement that creates
	 * the table.
	 * @return the platform, {@code postgresql} for example
	 */
	public String platform() {
		return this.platform;
	}

}
