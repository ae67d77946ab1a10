package dev.idempotency.documentation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.net.URL;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.util.unit.DataSize;

/**
 * A property as the configuration metadata describe it.
 *
 * @param name its name
 * @param type the name of its type
 * @param value what it is by default
 * @param description what it is for
 */
record Property(String name, String type, @Nullable String value, String description) {

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private static final String PACKAGE = "dev.idempotency.autoconfigure.";

	private static final Map<String, String> TYPES = Map.of(Duration.class.getName(), "duration",
			DataSize.class.getName(), "size", Integer.class.getName(), "number", Double.class.getName(), "number",
			String.class.getName(), "text", Pattern.class.getName(), "regular expression",
			"java.util.List<java.lang.String>", "list", "java.util.Set<org.springframework.http.HttpMethod>", "list");

	/** All properties of the library that are not deprecated, by their names. */
	static Map<String, Property> ofTheLibrary() {
		Map<String, Property> properties = new TreeMap<>();
		properties("sourceType")
			.filter((property) -> property.path("sourceType").asText().startsWith("dev.idempotency"))
			.filter((property) -> !property.path("deprecated").asBoolean())
			.map(Property::of)
			.forEach((property) -> properties.put(property.name(), property));
		Class<?> key = type(PACKAGE + "IdempotencyProperties$EncryptionKey");
		Property keys = properties.get("idempotency.encryption.keys");
		if (keys != null) {
			names(key).forEach((name) -> properties.put(keys.name() + "[]." + name,
					new Property(keys.name() + "[]." + name, String.class.getName(), null, keys.description())));
		}
		return properties;
	}

	/** The names of all properties on the class path, those of Spring included. */
	static Set<String> known() {
		return properties("name").map((property) -> property.path("name").asText()).collect(Collectors.toSet());
	}

	/** What can be set of an operation, by names that follow that of the operation. */
	static Set<String> ofOperations() {
		return Set.copyOf(names(type(PACKAGE + "OperationOverride")));
	}

	private static Stream<JsonNode> properties(String attribute) {
		try {
			return Collections.list(Property.class.getClassLoader().getResources(METADATA))
				.stream()
				.flatMap(Property::read)
				.filter((property) -> property.has(attribute));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Stream<JsonNode> read(URL metadata) {
		try (InputStream json = metadata.openStream()) {
			return StreamSupport.stream(new ObjectMapper().readTree(json).path("properties").spliterator(), false);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Property of(JsonNode json) {
		String value = json.path("defaultValue").asText("").replaceFirst("^\\[(.*)]$", "$1").replace(", ", ",");
		return new Property(json.path("name").asText(), json.path("type").asText(), value.isEmpty() ? null : value,
				json.path("description").asText());
	}

	/** The names of what can be bound to a record, those of nested records included. */
	private static List<String> names(Class<?> type) {
		Constructor<?> constructor = type.getDeclaredConstructors()[0];
		return Arrays.stream(constructor.getParameters()).flatMap((parameter) -> {
			String name = name(parameter);
			return parameter.getType().isRecord()
					? names(parameter.getType()).stream().map((nested) -> name + "." + nested) : Stream.of(name);
		}).toList();
	}

	private static String name(Parameter parameter) {
		Name name = parameter.getAnnotation(Name.class);
		return (name != null) ? name.value() : kebab(parameter.getName());
	}

	private static String kebab(String name) {
		return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
	}

	private static Class<?> type(String name) {
		try {
			return Class.forName(name);
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The part of the name that tells its group. */
	String group() {
		return this.name.substring(0, this.name.lastIndexOf('.'));
	}

	/** Whether it is a part of an entry of a list, which metadata do not describe. */
	boolean isOfEntry() {
		return this.name.contains("[]");
	}

	/** Whether it can be set for single operations. */
	boolean isOfOperations() {
		return this.name.startsWith("idempotency.")
				&& ofOperations().contains(this.name.substring("idempotency.".length()));
	}

	private boolean isEnum() {
		return this.type.startsWith("dev.idempotency.") || this.type.startsWith("org.springframework.boot.");
	}

	/** What it is by default, in words. */
	String byDefault() {
		if (this.value != null) {
			return "`" + (isEnum() ? this.value.replace('_', '-') : this.value) + "`";
		}
		return this.description.contains("By default") ? "see there" : "none";
	}

	/** What can be set, in words. */
	String values() {
		if (this.type.equals(Boolean.class.getName())) {
			return "`true`, `false`";
		}
		if (isEnum()) {
			return Arrays.stream(type(this.type).getEnumConstants())
				.map((constant) -> "`" + ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
				.collect(Collectors.joining(", "));
		}
		return TYPES.getOrDefault(this.type, "see below");
	}

}
