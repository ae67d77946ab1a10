package dev.idempotency.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;

import dev.idempotency.test.Program;
import dev.idempotency.test.RedisServers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that is processed ahead of time, compiled and started as a program of
 * its own, as the plugins of Spring Boot do it.
 */
class AotTests {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	@TempDir
	private Path directory;

	@ParameterizedTest
	@EnumSource(Variant.class)
	void anApplicationProcessedAheadOfTimeProtectsItsOperations(Variant variant) throws Exception {
		String classPath = variant.classPath();
		process(classPath, variant.arguments());
		compile(classPath);
		try (Program application = start(classPath, variant.arguments())) {
			int port = application.port();
			assertThat(application.output()).contains("Starting AOT-processed AotApplication")
				.contains("Idempotent operations on the " + variant.repository()
						+ " repository: payment-controller-create");
			String key = UUID.randomUUID().toString();
			HttpResponse<String> first = post(port, "/payments?open=false", key);
			assertThat(first.statusCode()).isEqualTo(201);
			assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
			HttpResponse<String> second = post(port, "/payments?open=false", key);
			assertThat(second.statusCode()).isEqualTo(201);
			assertThat(second.headers().firstValue("Idempotent-Replayed")).hasValue("true");
			assertThat(second.headers().firstValue("Location")).isEqualTo(first.headers().firstValue("Location"));
			assertThat(second.body()).isEqualTo(first.body());
			assertThat(post(port, "/payments?open=true", key).statusCode()).isEqualTo(422);
			String unrecorded = UUID.randomUUID().toString();
			assertThat(post(port, "/payments?open=true", unrecorded).body())
				.isNotEqualTo(post(port, "/payments?open=true", unrecorded).body());
			assertThat(get(port, "/actuator/idempotency"))
				.contains(variant.hasActuator() ? "\"operations\":{\"payment-controller-create\":" : "\"status\":404");
			assertThat(get(port, "/actuator/idempotency?key=" + key))
				.contains(variant.hasActuator() ? "\"state\":\"completed\"" : "\"status\":404");
			assertThat(application.output().lines())
				.filteredOn((line) -> line.contains(" WARN ") || line.contains(" ERROR "))
				.singleElement(InstanceOfAssertFactories.STRING)
				.contains("its key was used for another request");
		}
	}

	private void process(String classPath, List<String> arguments) throws IOException {
		List<String> all = new ArrayList<>(List.of(SpringApplicationAotProcessor.class.getName(),
				AotApplication.class.getName(), sources().toString(), classes().toString(), classes().toString(),
				"dev.idempotency", "aot-application"));
		all.addAll(arguments);
		try (Program processor = Program.start(this.directory.resolve("processor.log"), classPath, all)) {
			assertThat(processor.exitValue()).as(processor::output).isZero();
		}
	}

	private void compile(String classPath) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		List<String> arguments = new ArrayList<>(List.of("-nowarn", "-proc:none", "-parameters", "-cp",
				classes() + File.pathSeparator + classPath, "-d", classes().toString()));
		try (Stream<Path> files = Files.walk(sources())) {
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(arguments::add);
		}
		assertThat(arguments).anyMatch((file) -> file.endsWith("IdempotencyAutoConfiguration__BeanDefinitions.java"));
		assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
	}

	private Program start(String classPath, List<String> arguments) throws IOException {
		List<String> all = new ArrayList<>(List.of("-Dspring.aot.enabled=true", AotApplication.class.getName()));
		all.addAll(arguments);
		return Program.start(this.directory.resolve("application.log"), classes() + File.pathSeparator + classPath,
				all);
	}

	private Path sources() {
		return this.directory.resolve("sources");
	}

	private Path classes() {
		return this.directory.resolve("classes");
	}

	private static HttpResponse<String> post(int port, String target, String key)
			throws IOException, InterruptedException {
		return CLIENT.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + target))
			.POST(BodyPublishers.noBody())
			.header("Idempotency-Key", '"' + key + '"')
			.build(), BodyHandlers.ofString());
	}

	private static String get(int port, String target) throws IOException, InterruptedException {
		return CLIENT
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + target)).build(),
					BodyHandlers.ofString())
			.body();
	}

	/**
	 * What an application has on its class path: never everything that tests have.
	 */
	private enum Variant {

		/** A database, and meters. */
		JDBC("jdbc", "spring-data-|lettuce|jedis") {

			@Override
			List<String> more() {
				return List.of("--spring.datasource.url=jdbc:h2:mem:aot");
			}

		},

		/** Redis only. */
		REDIS("redis", "spring-jdbc|HikariCP|h2-|micrometer-core|spring-boot-actuator") {

			@Override
			List<String> more() {
				RedisStandaloneConfiguration server = RedisServers.standalone();
				return List.of("--spring.data.redis.host=" + server.getHostName(),
						"--spring.data.redis.port=" + server.getPort());
			}

		},

		/** Neither, but a repository of the application's own. */
		OWN("memory",
				"spring-data-|lettuce|jedis|spring-jdbc|spring-tx|HikariCP|h2-|micrometer-core|spring-boot-actuator") {

			@Override
			List<String> more() {
				return List.of("--spring.profiles.active=own");
			}

		};

		private final String repository;

		private final Pattern absent;

		Variant(String repository, String absent) {
			this.repository = repository;
			this.absent = Pattern
				.compile("(" + absent + "|spring-security|spring-orm|hibernate-core|spring-session).*\\.jar");
		}

		String repository() {
			return this.repository;
		}

		String classPath() {
			Predicate<String> present = (
					entry) -> !this.absent.matcher(Path.of(entry).getFileName().toString()).matches();
			return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
				.filter(present)
				.collect(Collectors.joining(File.pathSeparator));
		}

		List<String> arguments() {
			List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.application.name=aot",
					"--spring.main.banner-mode=off", "--management.endpoints.web.exposure.include=idempotency"));
			arguments.addAll(more());
			return arguments;
		}

		boolean hasActuator() {
			return this == JDBC;
		}

		abstract List<String> more();

	}

}
