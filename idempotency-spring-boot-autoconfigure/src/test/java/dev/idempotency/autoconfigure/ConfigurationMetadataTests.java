package dev.idempotency.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an IDE offers for the properties.
 */
class ConfigurationMetadataTests {

	private final JsonNode metadata = read();

	private static JsonNode read() {
		try (InputStream json = IdempotencyProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			return new ObjectMapper().readTree(json);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Stream<JsonNode> all(String kind) {
		return StreamSupport.stream(this.metadata.path(kind).spliterator(), false);
	}

	private Map<String, Class<?>> enums() {
		return all("properties").filter((property) -> property.path("type").asText().startsWith("dev.idempotency"))
			.collect(Collectors.toMap((property) -> property.path("name").asText(),
					(property) -> ClassUtils.resolveClassName(property.path("type").asText(), null)));
	}

	@Test
	void hintsAreOfProperties() {
		List<String> names = all("properties").map((property) -> property.path("name").asText()).toList();
		assertThat(all("hints").map((hint) -> hint.path("name").asText().replaceAll("[.]keys$", ""))).isNotEmpty()
			.isSubsetOf(names);
	}

	@Test
	void eachValueOfAnEnumIsAHint() {
		Map<String, List<String>> hints = all("hints")
			.collect(Collectors.toMap((hint) -> hint.path("name").asText(), (hint) -> hint.findValuesAsText("value")));
		assertThat(enums()).isNotEmpty()
			.allSatisfy((property, type) -> assertThat(hints.get(property)).as(property)
				.containsExactlyInAnyOrderElementsOf(Stream.of(type.getEnumConstants())
					.map((value) -> ((Enum<?>) value).name().toLowerCase(Locale.ROOT).replace('_', '-'))
					.toList()));
	}

}
