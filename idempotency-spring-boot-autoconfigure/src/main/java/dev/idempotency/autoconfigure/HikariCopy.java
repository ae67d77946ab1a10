package dev.idempotency.autoconfigure;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.DataSourceUnwrapper;

/**
 * A Hikari pool that has all that another one has but its name and size. It asks that one
 * for its credentials, which may change while the application runs.
 */
final class HikariCopy extends HikariDataSource {

	private final DataSource original;

	private HikariCopy(DataSource original) {
		this.original = original;
	}

	/**
	 * Copies the pool behind a data source.
	 * @param dataSource the data source
	 * @param size the number of connections
	 * @return the copy, which opens connections when it is first asked for one, or
	 * {@code null} if there is no Hikari pool
	 */
	static @Nullable DataSource of(DataSource dataSource, int size) {
		HikariDataSource original = unwrap(dataSource);
		if (original == null) {
			return null;
		}
		HikariCopy copy = new HikariCopy(dataSource);
		original.copyStateTo(copy);
		copy.setPoolName("idempotency" + ((original.getPoolName() != null) ? "-" + original.getPoolName() : ""));
		if (original.getMinimumIdle() > size) {
			copy.setMinimumIdle(size);
		}
		copy.setMaximumPoolSize(size);
		return copy;
	}

	private static @Nullable HikariDataSource unwrap(DataSource dataSource) {
		return DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class, HikariDataSource.class);
	}

	@Override
	public Credentials getCredentials() {
		HikariDataSource current = unwrap(this.original);
		return (current != null) ? current.getCredentials() : super.getCredentials();
	}

}
