package dev.idempotency.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.repository.jdbc.JdbcIdempotencySchema;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is generated in the documentation is what the code says. After a change of
 * properties or scripts, {@code -Ddocumentation.write=true} writes it anew.
 */
class GeneratedPagesTests {

	private static final String PROPERTIES = "properties ";

	private static final String SCHEMA = "schema ";

	private static final Pattern GENERATED = Pattern
		.compile("(?s)(<!-- generated: ([^>]+) -->\n).*?(<!-- end of generated -->)");

	private final Map<String, Property> properties = Property.ofTheLibrary();

	@ParameterizedTest
	@ValueSource(strings = { "docs/configuration.md", "docs/schema.md" })
	void isWhatTheCodeSays(String name) throws IOException {
		Page page = Page.of(name);
		String expected = GENERATED.matcher(page.text())
			.replaceAll((region) -> quote(region.group(1) + "\n" + generate(region.group(2)) + "\n" + region.group(3)));
		if (Boolean.getBoolean("documentation.write")) {
			Files.writeString(page.file(), expected);
		}
		assertThat(Page.of(name).text())
			.as("%s is not what the code says. Write it anew with ./mvnw -pl idempotency-spring-boot-autoconfigure"
					+ " test -Dtest=GeneratedPagesTests -Ddocumentation.write=true, and commit it", name)
			.isEqualTo(expected);
	}

	@Test
	void everyPropertyIsOnThePage() {
		List<String> groups = GENERATED.matcher(Page.of("docs/configuration.md").text())
			.results()
			.map((region) -> region.group(2).substring(PROPERTIES.length()))
			.toList();
		assertThat(this.properties).hasSizeGreaterThan(40);
		assertThat(this.properties.values()).filteredOn((property) -> !property.isOfEntry())
			.extracting(Property::group)
			.allMatch(groups::contains);
		assertThat(this.properties.values()).extracting(Property::description).noneMatch(String::isEmpty);
	}

	@Test
	void everyScriptIsOnThePage() {
		List<String> platforms = GENERATED.matcher(Page.of("docs/schema.md").text())
			.results()
			.map((MatchResult region) -> region.group(2).substring(SCHEMA.length()))
			.toList();
		assertThat(Page.files(Page.ROOT, ".sql")).filteredOn((file) -> file.toString().contains("repository/jdbc"))
			.isNotEmpty()
			.allMatch((script) -> platforms
				.contains(script.getFileName().toString().replaceAll("schema-(\\w+)\\.sql", "$1")));
	}

	private String generate(String what) {
		return what.startsWith(SCHEMA) ? script(what.substring(SCHEMA.length()))
				: table(what.substring(PROPERTIES.length()));
	}

	private static String script(String platform) {
		return "```sql\n" + JdbcIdempotencySchema.script(platform, "idempotency_record") + "```\n";
	}

	private String table(String group) {
		List<Property> rows = this.properties.values()
			.stream()
			.filter((property) -> property.group().equals(group))
			.toList();
		boolean marked = rows.stream().anyMatch(Property::isOfOperations);
		return row(marked, "property", "values", "default", "per operation", "meaning")
				+ row(marked, "---", "---", "---", "---", "---")
				+ rows.stream()
					.map((property) -> row(marked, "`" + property.name() + "`", property.values(), property.byDefault(),
							property.isOfOperations() ? "yes" : "no", property.description().replace("|", "\\|")))
					.collect(Collectors.joining());
	}

	private static String row(boolean marked, String property, String values, String value, String perOperation,
			String meaning) {
		return "| " + String.join(" | ", marked ? List.of(property, values, value, perOperation, meaning)
				: List.of(property, values, value, meaning)) + " |\n";
	}

	private static String quote(String replacement) {
		return Matcher.quoteReplacement(replacement);
	}

}
