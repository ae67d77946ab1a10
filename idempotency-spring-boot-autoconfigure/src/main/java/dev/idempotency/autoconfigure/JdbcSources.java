package dev.idempotency.autoconfigure;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * The data sources that concern the jdbc repository.
 *
 * @param application the application's
 * @param own the one that is marked with {@link IdempotencyDataSource}, {@code null} if
 * there is none
 */
record JdbcSources(DataSource application, @Nullable DataSource own) {

	/**
	 * Returns the data source of all that is not part of the application's transactions.
	 * @return the marked one, if there is one
	 */
	DataSource ofRepository() {
		return (this.own != null) ? this.own : this.application;
	}

}
