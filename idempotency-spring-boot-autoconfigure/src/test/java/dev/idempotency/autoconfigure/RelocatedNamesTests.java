package dev.idempotency.autoconfigure;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Classes that Spring Boot has moved between its generations are named by strings, of
 * which a compiler knows nothing: a condition or an order that names a class which is
 * nowhere does nothing, silently.
 */
class RelocatedNamesTests {

	/**
	 * Without a counterpart in older generations, or in a module that is not held here.
	 */
	private static final Set<String> NOT_HELD = Set.of("jakarta.jms.ConnectionFactory",
			"org.springframework.amqp.rabbit.connection.ConnectionFactory",
			"org.springframework.boot.jackson2.autoconfigure.Jackson2AutoConfiguration",
			"org.springframework.kafka.core.ProducerFactory",
			"org.springframework.resilience.retry.AbstractRetryInterceptor",
			"org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer",
			"org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer",
			"org.springframework.web.service.registry.HttpServiceProxyRegistry");

	private static final Pattern CLASS_NAME = Pattern.compile("\\b[a-z]\\w*(\\.[a-z]\\w*)+\\.[A-Z]\\w*(\\$\\w+)*");

	/** Without another name in the first generation, where they are not looked for. */
	private static final Set<String> NEW_IN_LATER_GENERATIONS = Set
		.of("org.springframework.security.saml2.provider.service.authentication.Saml2AssertionAuthentication");

	/** Where Maven puts the modules of later generations, one directory each. */
	private static final Path GENERATIONS = Path.of("target", "spring-boot");

	/** Files of imports are called like the annotation that imports. */
	private static final String FILE_NAMES = "META-INF/spring/*.imports";

	private static Map<String, Generation> generations = Map.of();

	@BeforeAll
	static void findGenerations() throws IOException {
		Map<String, Generation> found = new LinkedHashMap<>();
		found.put("3.5", (name) -> isOnClassPath(name) || NEW_IN_LATER_GENERATIONS.contains(name));
		for (String version : List.of("4.0", "4.1")) {
			Set<String> classes = classes(GENERATIONS.resolve(version));
			assertThat(classes).as("Run this test with Maven, or 'mvn generate-test-resources' before it").isNotEmpty();
			// Other libraries have not moved their classes
			found.put(version, (name) -> classes.contains(name)
					|| (!name.startsWith("org.springframework.boot.") && isOnClassPath(name)));
		}
		generations = found;
	}

	private static Set<String> classes(Path directory) throws IOException {
		Set<String> classes = new HashSet<>();
		if (Files.isDirectory(directory)) {
			try (Stream<Path> jars = Files.list(directory)) {
				for (Path jar : jars.toList()) {
					try (JarFile file = new JarFile(jar.toFile())) {
						file.stream()
							.map(JarEntry::getName)
							.filter((name) -> name.endsWith(".class"))
							.forEach((name) -> classes.add(ClassUtils
								.convertResourcePathToClassName(name.substring(0, name.length() - ".class".length()))));
					}
				}
			}
		}
		return classes;
	}

	private static boolean isOnClassPath(String name) {
		return RelocatedNamesTests.class
			.getResource("/" + ClassUtils.convertClassNameToResourcePath(name) + ".class") != null;
	}

	@Test
	void everyNameMeansSomethingInEveryGeneration() throws IOException {
		Map<String, Set<String>> names = names();
		assertThat(names.get("META-INF/spring/aot.factories")).isNotEmpty();
		assertThat(names.get("META-INF/spring.factories")).isNotEmpty();
		assertThat(names.get(FILE_NAMES)).hasSize(3);
		assertThat(names.get("dev/idempotency/autoconfigure/IdempotencyAutoConfiguration.class"))
			.contains("org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration");
		names.forEach((file, inFile) -> assertThat(unknown(inFile)).as(file).isEmpty());
	}

	@ParameterizedTest
	@ValueSource(strings = { "NoSuchAutoConfiguration", "jdbc/DataSourceAutoConfiguration" })
	void aNameWithoutMeaningInSomeGenerationIsFound(String path) {
		String name = "org.springframework.boot.autoconfigure." + ClassUtils.convertResourcePathToClassName(path);
		assertThat(unknown(Set.of(name))).contains(name + " in 4.0", name + " in 4.1");
	}

	@Test
	void generationsAreToldApart() {
		String old = DataSourceAutoConfiguration.class.getName();
		String relocated = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration";
		assertThat(generations).hasSize(3);
		assertThat(generations.entrySet()).allSatisfy((generation) -> {
			boolean first = generation.getKey().equals("3.5");
			assertThat(generation.getValue().has(old)).isEqualTo(first);
			assertThat(generation.getValue().has(relocated)).isEqualTo(!first);
		});
		assertThat(unknown(Set.of(old, relocated))).isEmpty();
	}

	/** The names that have no meaning in a generation, nor another name there. */
	private static List<String> unknown(Set<String> names) {
		List<String> unknown = new ArrayList<>();
		generations.forEach((version, generation) -> names.stream()
			.filter((name) -> !generation.has(name) && !NOT_HELD.contains(name))
			.filter((name) -> names.stream().noneMatch((other) -> generation.has(other) && isRelocated(name, other)))
			.forEach((name) -> unknown.add(name + " in " + version)));
		return unknown;
	}

	/** In a new package, some got the name of their module as a prefix. */
	private static boolean isRelocated(String name, String other) {
		List<Generation> withName = generations.values().stream().filter((generation) -> generation.has(name)).toList();
		String simpleName = ClassUtils.getShortName(name);
		String otherSimpleName = ClassUtils.getShortName(other);
		return !withName.isEmpty() && withName.stream().noneMatch((generation) -> generation.has(other))
				&& (simpleName.endsWith(otherSimpleName) || otherSimpleName.endsWith(simpleName));
	}

	/** What reads like the name of a class, by the file of the library that names it. */
	private static Map<String, Set<String>> names() throws IOException {
		Map<String, Set<String>> names = new LinkedHashMap<>();
		PathMatchingResourcePatternResolver resolver = new PathMatchingResourcePatternResolver();
		String main = locationOfMain();
		for (Resource file : resolver.getResources(main + "dev/idempotency/**/*.class")) {
			collect(names, main, file, strings(file.getContentAsByteArray()).stream());
		}
		for (String extension : List.of("factories", "imports")) {
			for (Resource file : resolver.getResources(main + "META-INF/**/*." + extension)) {
				collect(names, main, file, Stream.of(file.getContentAsString(StandardCharsets.UTF_8)));
			}
		}
		names.put(FILE_NAMES,
				Stream.of(resolver.getResources(main + FILE_NAMES))
					.map((file) -> String.valueOf(file.getFilename()).replaceFirst("\\.imports$", ""))
					.collect(Collectors.toCollection(TreeSet::new)));
		return names;
	}

	private static String locationOfMain() {
		return IdempotencyAutoConfiguration.class.getProtectionDomain().getCodeSource().getLocation().toString();
	}

	private static void collect(Map<String, Set<String>> names, String main, Resource file, Stream<String> strings)
			throws IOException {
		Set<String> inFile = new TreeSet<>();
		strings.forEach((string) -> CLASS_NAME.matcher(string).results().map(MatchResult::group).forEach(inFile::add));
		if (!inFile.isEmpty()) {
			names.put(file.getURL().toString().substring(main.length()), inFile);
		}
	}

	/**
	 * The strings of a class file: section 4.4 of the specification of the virtual
	 * machine.
	 */
	private static Set<String> strings(byte[] classFile) {
		Set<String> strings = new HashSet<>();
		try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile))) {
			in.skipNBytes(8);
			int entries = in.readUnsignedShort();
			for (int i = 1; i < entries; i++) {
				int tag = in.readUnsignedByte();
				switch (tag) {
					case 1 -> strings.add(in.readUTF());
					case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
					case 15 -> in.skipNBytes(3);
					case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
					case 5, 6 -> {
						in.skipNBytes(8);
						i++;
					}
					default -> throw new IllegalStateException("Unknown constant " + tag);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return strings;
	}

	/**
	 * A generation of Spring Boot.
	 */
	private interface Generation {

		boolean has(String name);

	}

}
