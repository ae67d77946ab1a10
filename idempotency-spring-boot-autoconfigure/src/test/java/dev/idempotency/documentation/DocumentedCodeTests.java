package dev.idempotency.documentation;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

import dev.idempotency.repository.jdbc.JdbcIdempotencySchema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * The code blocks of the documentation are compiled, bound or executed.
 */
class DocumentedCodeTests {

	static final List<Page> PAGES = Page.ofUsers();

	private static final List<String> SOURCES = Page.files(Page.ROOT, ".java")
		.stream()
		.map((file) -> normalized(Page.read(file)))
		.toList();

	private static final Set<String> SCRIPTS = Stream.of("postgresql", "mysql", "mariadb", "h2", "oracle", "sqlserver")
		.map((platform) -> JdbcIdempotencySchema.script(platform, "idempotency_record"))
		.map(DocumentedCodeTests::normalized)
		.collect(Collectors.toSet());

	private static final Pattern DEPENDENCY = Pattern.compile("<groupId>dev.idempotency</groupId>\\s*"
			+ "<artifactId>([\\w-]+)</artifactId>\\s*<version>([^<]+)</version>");

	private static final Pattern COORDINATES = Pattern.compile("dev\\.idempotency:([\\w-]+):([^'\"]+)");

	private static final Set<String> KNOWN = Property.known();

	@ParameterizedTest
	@FieldSource("PAGES")
	void javaIsFoundInCompiledSources(Page page) {
		assertThat(page.blocks("java")).map(DocumentedCodeTests::normalized)
			.allSatisfy((code) -> assertThat(SOURCES).anyMatch((source) -> source.contains(code)));
	}

	@ParameterizedTest
	@FieldSource("PAGES")
	void settingsCanBeBound(Page page) {
		assertThat(page.blocks("yaml")).map(DocumentedCodeTests::settings).allSatisfy((settings) -> {
			assertThat(settings.keySet())
				.allSatisfy((name) -> assertThat(KNOWN).anyMatch((known) -> isSetBy(known, name)));
			bind("idempotency.client", "IdempotencyClientProperties",
					new MapConfigurationPropertySource(of(settings, true)));
			bind("idempotency", "IdempotencyProperties", new MapConfigurationPropertySource(of(settings, false)));
		});
	}

	/** Whether a name is that of a property, or of an entry of it. */
	private static boolean isSetBy(String property, String name) {
		return name.equals(property) || name.startsWith(property + ".") || name.startsWith(property + "[");
	}

	private static Map<String, String> of(Map<String, String> settings, boolean client) {
		Map<String, String> selected = new TreeMap<>(settings);
		selected.keySet()
			.removeIf((name) -> !name.startsWith("idempotency.") || name.startsWith("idempotency.client.") != client);
		return selected;
	}

	private static void bind(String prefix, String type, ConfigurationPropertySource settings) {
		assertThatCode(() -> new Binder(settings).bindOrCreate(prefix,
				Bindable.of(Class.forName("dev.idempotency.autoconfigure." + type)),
				new NoUnboundElementsBindHandler(BindHandler.DEFAULT)))
			.doesNotThrowAnyException();
	}

	private static Map<String, String> settings(String block) {
		YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
		yaml.setResources(new ByteArrayResource(block.getBytes(StandardCharsets.UTF_8)));
		Map<String, String> settings = new TreeMap<>();
		yaml.getObject().forEach((name, value) -> settings.put(String.valueOf(name), String.valueOf(value)));
		assertThat(settings).isNotEmpty();
		return settings;
	}

	@ParameterizedTest
	@FieldSource("PAGES")
	void statementsAreOfTheScriptsOrExecuted(Page page) {
		SingleConnectionDataSource database = new SingleConnectionDataSource("jdbc:h2:mem:", true);
		try {
			page.blocks("sql")
				.stream()
				.filter((block) -> !SCRIPTS.contains(normalized(block)))
				.forEach((block) -> new ResourceDatabasePopulator(
						new ByteArrayResource((block + ";").getBytes(StandardCharsets.UTF_8)))
					.execute(database));
		}
		finally {
			database.destroy();
		}
	}

	@ParameterizedTest
	@FieldSource("PAGES")
	void jsonCanBeRead(Page page) {
		assertThat(page.blocks("json"))
			.allSatisfy((json) -> assertThatCode(() -> new ObjectMapper().readTree(json)).doesNotThrowAnyException());
	}

	@ParameterizedTest
	@FieldSource("PAGES")
	void dependenciesAreModulesOfThisVersion(Page page) {
		assertThat(page.blocks("xml")).map(DEPENDENCY::matcher).allSatisfy(DocumentedCodeTests::assertIsModule);
		assertThat(page.blocks("groovy")).map(COORDINATES::matcher).allSatisfy(DocumentedCodeTests::assertIsModule);
	}

	private static void assertIsModule(Matcher dependency) {
		assertThat(dependency.find()).isTrue();
		assertThat(Page.read(Page.ROOT.resolve(dependency.group(1)).resolve("pom.xml")))
			.contains("<version>" + dependency.group(2) + "</version>");
	}

	@ParameterizedTest
	@FieldSource("PAGES")
	void blocksAreOfAKindThatIsChecked(Page page) {
		Set<String> checked = Set.of("java", "yaml", "sql", "json", "console", "text", "shell", "xml", "groovy",
				"mermaid");
		assertThat(page.text().lines()).filteredOn((line) -> line.startsWith("```") && line.length() > 3)
			.allSatisfy((line) -> assertThat(checked).contains(line.substring(3)));
	}

	private static String normalized(String code) {
		return code.replaceAll("(?m)^--(?:liquibase|changeset) .*$", "")
			.replaceAll("\\s+", " ")
			.replace("static class ", "class ")
			.strip();
	}

}
