package dev.idempotency.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import javax.sql.DataSource;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.init.PlatformPlaceholderDatabaseDriverResolver;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.jdbc.JdbcIdempotencyRepository;
import dev.idempotency.repository.jdbc.JdbcIdempotencySchema;

/**
 * Creates the table of the records under its configured name.
 */
class JdbcSchemaInitializer extends DataSourceScriptDatabaseInitializer {

	private static final Logger logger = LoggerFactory.getLogger(JdbcSchemaInitializer.class);

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final DataSource dataSource;

	private final IdempotencyProperties.Jdbc properties;

	JdbcSchemaInitializer(DataSource dataSource, IdempotencyProperties.Jdbc properties) {
		super(dataSource, settings(properties));
		this.dataSource = dataSource;
		this.properties = properties;
	}

	private static DatabaseInitializationSettings settings(IdempotencyProperties.Jdbc properties) {
		DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
		DatabaseInitializationMode mode = switch (properties.initializeSchema()) {
			case EMBEDDED -> DatabaseInitializationMode.EMBEDDED;
			case ALWAYS -> DatabaseInitializationMode.ALWAYS;
			case NEVER -> DatabaseInitializationMode.NEVER;
		};
		settings.setMode(mode);
		settings.setSchemaLocations(List
			.of("classpath:" + JdbcIdempotencySchema.class.getPackageName().replace('.', '/') + "/schema-h2.sql"));
		return settings;
	}

	@Override
	protected void runScripts(Scripts scripts) {
		String platform = new PlatformPlaceholderDatabaseDriverResolver().resolveAll(this.dataSource, "@@platform@@")
			.get(0);
		ResourceDatabasePopulator populator = new ResourceDatabasePopulator(new ByteArrayResource(
				script(platform).getBytes(StandardCharsets.UTF_8), "schema-" + platform + ".sql"));
		populator.setSqlScriptEncoding(StandardCharsets.UTF_8.name());
		try {
			DatabasePopulatorUtils.execute(populator, this.dataSource);
		}
		catch (DataAccessException ex) {
			if (!isTableThere()) {
				throw ex;
			}
			// Somebody else was at it: what they have not done yet is done by them
			logger.debug("The table of the records could not be created, but is there", ex);
		}
	}

	private boolean isTableThere() {
		try {
			new JdbcIdempotencyRepository(this.dataSource, this.properties.tableName(), PATIENCE).verifyTable();
			return true;
		}
		catch (IdempotencyRepositoryException ex) {
			return false;
		}
	}

	private String script(String platform) {
		try {
			return JdbcIdempotencySchema.script(platform, this.properties.tableName());
		}
		catch (IllegalArgumentException ex) {
			throw IdempotencyConfigurationException.unusableTable(ex);
		}
	}

}
