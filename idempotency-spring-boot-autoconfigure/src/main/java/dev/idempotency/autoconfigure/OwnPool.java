package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * A small pool beside the application's, made from that. It is no bean of type
 * {@code DataSource}, for which Spring Boot would back off, but the life of one: it ends
 * after all who use it, and is closed for a checkpoint and opened anew after it.
 */
final class OwnPool implements SmartLifecycle, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(OwnPool.class);

	private static final boolean HIKARI = ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource",
			OwnPool.class.getClassLoader());

	/** How the pools that Spring Boot can make call their sizes, smaller ones first. */
	private static final List<String> SIZES = List.of("initialSize", "minIdle", "minPoolSize", "maxIdle", "maxTotal",
			"maxActive", "maxPoolSize", "maximumPoolSize");

	/** What Tomcat's pool gives as its password is a sentence that there is none. */
	private static final String PASSWORD_OF_TOMCAT = "poolProperties.password";

	private final ConfigurableApplicationContext context;

	private final AbstractDataSource connections = new AbstractDataSource() {

		@Override
		public Connection getConnection() throws SQLException {
			DataSource current = OwnPool.this.pool;
			if (current == null) {
				throw new SQLException("The connections of the idempotency repository are closed");
			}
			return current.getConnection();
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return getConnection();
		}

	};

	private volatile @Nullable DataSource application;

	private volatile int size;

	private volatile @Nullable DataSource pool;

	OwnPool(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Opens the pool.
	 * @param application the application's data source
	 * @param size the number of connections
	 * @return what gives connections of the pool
	 * @throws RuntimeException if no pool can be made from the application's data source
	 */
	DataSource open(DataSource application, int size) {
		this.application = application;
		this.size = size;
		this.pool = derive(application, size);
		return this.connections;
	}

	private static DataSource derive(DataSource application, int size) {
		if (HIKARI) {
			DataSource copy = HikariCopy.of(application, size);
			if (copy != null) {
				return copy;
			}
		}
		DataSourceBuilder<?> builder = DataSourceBuilder.derivedFrom(application);
		BeanWrapper original = PropertyAccessorFactory.forBeanPropertyAccess(application);
		if (original.isReadableProperty(PASSWORD_OF_TOMCAT)) {
			builder.password((String) original.getPropertyValue(PASSWORD_OF_TOMCAT));
		}
		DataSource derived = builder.build();
		BeanWrapper properties = PropertyAccessorFactory.forBeanPropertyAccess(derived);
		SIZES.stream()
			.filter(properties::isWritableProperty)
			.forEach((name) -> properties.setPropertyValue(name, size));
		return derived;
	}

	/**
	 * Closes the pool for good: it is of no use.
	 */
	void giveUp() {
		this.application = null;
		close();
	}

	@Override
	public void close() {
		DataSource current = this.pool;
		this.pool = null;
		try {
			if (current instanceof AutoCloseable closeable) {
				closeable.close();
			}
			else if (current != null) {
				closeByName(current);
			}
		}
		catch (Exception ex) {
			logger.warn("Could not close the connections of the idempotency repository", ex);
		}
	}

	// As Spring does it with beans: Tomcat's pool is no AutoCloseable
	private static void closeByName(DataSource pool) throws ReflectiveOperationException {
		Method close = ReflectionUtils.findMethod(pool.getClass(), "close");
		if (close != null) {
			close.invoke(pool);
		}
	}

	@Override
	public void start() {
		DataSource source = this.application;
		if (this.pool == null && source != null) {
			open(source, this.size);
		}
	}

	/** Only for a checkpoint: the end comes when those who use it have ended. */
	@Override
	public void stop() {
		if (!this.context.isClosed()) {
			close();
		}
	}

	@Override
	public boolean isRunning() {
		return this.pool != null;
	}

	/** Starts before the web server, and stops after it. */
	@Override
	public int getPhase() {
		return 0;
	}

}
