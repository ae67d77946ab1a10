package dev.idempotency.repository.jdbc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

import dev.idempotency.repository.PurgeableIdempotencyRepository;

/**
 * A database behind a pool, and repositories on it.
 */
final class TestDatabase implements AutoCloseable {

	static final String TABLE = "idempotency_record";

	static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final HikariDataSource dataSource;

	private final JdbcDialect dialect;

	TestDatabase(String url) {
		this(pool(url));
	}

	TestDatabase(HikariConfig pool) {
		this(pool, null);
	}

	TestDatabase(HikariConfig pool, @Nullable JdbcDialect dialect) {
		this.dataSource = new HikariDataSource(pool);
		this.dialect = (dialect != null) ? dialect : JdbcDialect.of(this.dataSource);
	}

	static HikariConfig pool(String url) {
		HikariConfig pool = new HikariConfig();
		pool.setJdbcUrl(url);
		pool.setMaximumPoolSize(10);
		return pool;
	}

	DataSource dataSource() {
		return this.dataSource;
	}

	JdbcTemplate jdbc() {
		return new JdbcTemplate(this.dataSource);
	}

	JdbcDialect dialect() {
		return this.dialect;
	}

	void createTable(String table) {
		String script = JdbcIdempotencySchema.script(this.dialect.platform(), table);
		new ResourceDatabasePopulator(new ByteArrayResource(script.getBytes(StandardCharsets.UTF_8)))
			.execute(this.dataSource);
	}

	PurgeableIdempotencyRepository emptyRepository() {
		createTable(TABLE);
		jdbc().update("delete from " + TABLE);
		return repository(this.dataSource);
	}

	JdbcIdempotencyRepository repository(DataSource dataSource) {
		return new JdbcIdempotencyRepository(JdbcConnections.borrowed(dataSource), TABLE, TIMEOUT, this.dialect);
	}

	@Override
	public void close() {
		this.dataSource.close();
	}

}
