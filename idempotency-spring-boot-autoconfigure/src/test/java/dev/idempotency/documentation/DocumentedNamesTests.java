package dev.idempotency.documentation;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.http.HttpHeaders;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.IdempotencyException;
import dev.idempotency.Idempotent;
import dev.idempotency.actuate.IdempotencyEndpoint;
import dev.idempotency.actuate.RecordDescription;
import dev.idempotency.engine.Outcome;
import dev.idempotency.metrics.IdempotencyMeters;
import dev.idempotency.metrics.IdempotencyObservations;
import dev.idempotency.repository.IdempotencyRecord;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the documentation names exists, and what exists is named.
 */
class DocumentedNamesTests {

	static final List<Page> PAGES = Page.ofUsers();

	private static final Map<String, Property> PROPERTIES = Property.ofTheLibrary();

	/** A name that begins like those of properties, meters, observations and log keys. */
	private static final Pattern NAME = Pattern
		.compile("(?<![\\w./-])(idempotency(?:\\.(?:<name>|[\\w\\[\\]-]+))+(?:\\.\\*)?)(?![\\w:(/])");

	/** A setting of one operation. */
	private static final Pattern OF_OPERATION = Pattern.compile("idempotency\\.operations\\.[^.]+\\.([a-z].*)");

	/** A name of a property without its beginning, alone in code font or with a value. */
	private static final Pattern SHORT_NAME = Pattern
		.compile("(?:key|fingerprint|replay|problem|jdbc|redis|memory|encryption|observations)(?:\\.[a-z][a-z-]*)+");

	private static final Pattern VALUE = Pattern.compile("([a-z]+(?:-[a-z]+)+)(?:: |=)[\\w.,]+");

	/** What looks like a property and is a file. */
	private static final Set<String> OTHERS = Set.of("redis.conf");

	private static final String TYPE_PREFIX = "urn:idempotency:problem:";

	@ParameterizedTest
	@FieldSource("PAGES")
	void qualifiedNamesExist(Page page) {
		Set<String> names = names();
		assertThat(NAME.matcher(page.text()).results().map((name) -> name.group(1))).allSatisfy((name) -> {
			Matcher setting = OF_OPERATION.matcher(name);
			if (setting.matches()) {
				assertThat(Property.ofOperations()).contains(setting.group(1));
			}
			else if (!name.startsWith("idempotency.operations.")) {
				String group = name.replaceFirst("\\.\\*$", "");
				assertThat(names).anyMatch((known) -> known.equals(name) || known.startsWith(group + ".")
						|| known.startsWith(group + "["));
			}
		});
	}

	private static Set<String> names() {
		Stream<String> meters = Arrays.stream(IdempotencyMeters.values()).map(IdempotencyMeters::getName);
		Stream<String> observations = Arrays.stream(IdempotencyObservations.values())
			.map(IdempotencyObservations::getName);
		Stream<String> log = Stream.of("idempotency.operation", "idempotency.outcome", "idempotency.repository",
				"idempotency.key", "idempotency.pml");
		return Stream.of(PROPERTIES.keySet().stream(), meters, observations, log)
			.flatMap((names) -> names)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	@ParameterizedTest
	@FieldSource("PAGES")
	void shortNamesExist(Page page) {
		assertThat(page.code()).filteredOn((code) -> SHORT_NAME.matcher(code.replaceFirst("(: |=).*", "")).matches())
			.map((code) -> code.replaceFirst("(: |=).*", ""))
			.filteredOn((code) -> !OTHERS.contains(code))
			.allSatisfy((name) -> assertThat(PROPERTIES.keySet())
				.anyMatch((property) -> property.equals("idempotency." + name)
						|| property.startsWith("idempotency." + name + ".")
						|| property.startsWith("idempotency." + name + "[")));
		assertThat(page.code()).map(VALUE::matcher)
			.filteredOn(Matcher::matches)
			.map((setting) -> setting.group(1))
			.allSatisfy(
					(name) -> assertThat(PROPERTIES.keySet()).anyMatch((property) -> property.endsWith("." + name)));
	}

	@Test
	void everyMeterObservationAndOutcomeIsDocumented() {
		Page page = Page.of("docs/monitoring.md");
		assertThat(IdempotencyMeters.values()).allSatisfy((meter) -> {
			String row = row(page, meter.getName());
			assertThat(row).contains("| " + meter.getType().name().toLowerCase(Locale.ROOT) + " |");
			assertThat(meter.getKeyNames()).allMatch((tag) -> row.contains("`" + tag.asString() + "`"));
		});
		assertThat(IdempotencyObservations.values()).allSatisfy((step) -> row(page, step.getName()));
		assertThat(Outcome.values()).allSatisfy((outcome) -> row(page, outcome.tag()));
	}

	@Test
	void everyEventIsDocumented() {
		assertThat(IdempotencyEvent.class.getPermittedSubclasses())
			.allSatisfy((event) -> row(Page.of("docs/monitoring.md"), "IdempotencyEvent." + event.getSimpleName()));
	}

	@Test
	void everyRefusalIsDocumented() {
		Page page = Page.of("docs/errors.md");
		assertThat(IdempotencyException.class.getPermittedSubclasses()).allSatisfy((type) -> {
			IdempotencyException refusal = refusal(type);
			String status = refusal.getStatusCode().value()
					+ (refusal.getHeaders().containsKey(HttpHeaders.RETRY_AFTER) ? " + `Retry-After`" : "");
			assertThat(page.text())
				.contains("| %s | `%s` | `%s` |".formatted(status, type(refusal), type.getSimpleName()));
		});
	}

	@ParameterizedTest
	@FieldSource("PAGES")
	void problemTypesExist(Page page) {
		Set<String> types = Arrays.stream(IdempotencyException.class.getPermittedSubclasses())
			.map((type) -> type(refusal(type)))
			.collect(Collectors.toSet());
		assertThat(Pattern.compile(TYPE_PREFIX + "([a-z-]+)").matcher(page.text()).results())
			.allSatisfy((type) -> assertThat(types).contains(type.group(1)));
		assertThat(page.code()).map(Pattern.compile("(?:400|409|413|422|503) ([a-z]+-[a-z-]+)")::matcher)
			.filteredOn(Matcher::matches)
			.allSatisfy((type) -> assertThat(types).contains(type.group(1)));
	}

	private static IdempotencyException refusal(Class<?> type) {
		Constructor<?> constructor = type.getConstructors()[0];
		Object[] arguments = Arrays.stream(constructor.getParameterTypes()).map((parameter) -> {
			if (parameter == long.class) {
				return 1L;
			}
			return (parameter == String.class) ? TYPE_PREFIX : null;
		}).toArray();
		try {
			return (IdempotencyException) constructor.newInstance(arguments);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String type(IdempotencyException refusal) {
		return String.valueOf(refusal.getBody().getType()).substring(TYPE_PREFIX.length());
	}

	@Test
	void everyOperationOfTheEndpointIsDocumented() {
		Set<String> documented = Pattern.compile("`(GET|DELETE|POST) (?:/actuator/idempotency|\\?key=…&scope=…)`")
			.matcher(Page.of("docs/operations.md").text())
			.results()
			.map((operation) -> operation.group(1))
			.collect(Collectors.toSet());
		Set<String> existing = Arrays.stream(IdempotencyEndpoint.class.getDeclaredMethods())
			.map(DocumentedNamesTests::method)
			.flatMap(Stream::ofNullable)
			.collect(Collectors.toSet());
		assertThat(documented).isEqualTo(existing);
	}

	private static @Nullable String method(Method operation) {
		if (operation.isAnnotationPresent(ReadOperation.class)) {
			return "GET";
		}
		if (operation.isAnnotationPresent(WriteOperation.class)) {
			return "POST";
		}
		return operation.isAnnotationPresent(DeleteOperation.class) ? "DELETE" : null;
	}

	@Test
	void everyFieldOfARecordIsDocumented() {
		String text = Page.of("docs/operations.md").text();
		assertThat(RecordDescription.class.getRecordComponents()).extracting(RecordComponent::getName)
			.allMatch((field) -> Pattern.compile("(?m)^\\|[^|]*`" + field + "`[^|]*\\|").matcher(text).find());
	}

	@Test
	void everyStateIsInTheDiagrams() {
		Set<String> states = Arrays.stream(IdempotencyRecord.State.values())
			.map((state) -> state.name().toLowerCase(Locale.ROOT).replace("_", ""))
			.collect(Collectors.toSet());
		assertThat(PAGES).flatExtracting((page) -> page.blocks("mermaid"))
			.filteredOn((diagram) -> diagram.startsWith("stateDiagram"))
			.isNotEmpty()
			.allSatisfy((diagram) -> assertThat(Pattern.compile("(\\w+|\\[\\*\\]) --> (\\w+|\\[\\*\\])")
				.matcher(diagram)
				.results()
				.flatMap((step) -> Stream.of(step.group(1), step.group(2)))
				.filter((state) -> !"[*]".equals(state))
				.map((state) -> state.toLowerCase(Locale.ROOT))
				.collect(Collectors.toSet())).isEqualTo(states));
	}

	@Test
	void everyAttributeOfTheAnnotationIsDocumented() {
		Page page = Page.of("docs/configuration.md");
		List<String> documented = Pattern.compile("(?m)^\\| `(\\w+)`(?:, alias `(\\w+)`)? \\|")
			.matcher(page.text().substring(page.text().indexOf("## The annotation")))
			.results()
			.flatMap((MatchResult row) -> Stream.of(row.group(1), row.group(2)))
			.flatMap(Stream::ofNullable)
			.toList();
		assertThat(documented).containsExactlyInAnyOrderElementsOf(
				Arrays.stream(Idempotent.class.getDeclaredMethods()).map(Method::getName).toList());
	}

	private static String row(Page page, String name) {
		return Pattern.compile("(?m)^\\| `" + Pattern.quote(name) + "` \\|.*$")
			.matcher(page.text())
			.results()
			.map(MatchResult::group)
			.findFirst()
			.orElseThrow(() -> new AssertionError(page + " has no row for " + name));
	}

}
