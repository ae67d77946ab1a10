package dev.idempotency.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.List;

import javax.sql.DataSource;

import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.init.PlatformPlaceholderDatabaseDriverResolver;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

import dev.idempotency.repository.jdbc.JdbcIdempotencySchema;

/**
 * Creates the table of the records under its configured name.
 */
class JdbcSchemaInitializer extends DataSourceScriptDatabaseInitializer {

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
		String script = script(platform);
		ResourceDatabasePopulator populator = new ResourceDatabasePopulator(
				new ByteArrayResource(script.getBytes(StandardCharsets.UTF_8), "schema-" + platform + ".sql"));
		populator.setSqlScriptEncoding(StandardCharsets.UTF_8.name());
		DatabasePopulatorUtils.execute(populator, this.dataSource);
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
