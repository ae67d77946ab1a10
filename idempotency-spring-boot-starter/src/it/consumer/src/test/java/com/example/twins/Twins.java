package com.example.twins;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestInstance;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * Sends one request to twins, a handler with {@code @Idempotent} and the same without,
 * and compares what client and handler see: bytes, headers, framing, exceptions. The
 * measure is the handler without annotation, and the measure of that the application with
 * the library switched off.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class Twins {

	private static final Map<String, Row.Handler> handlers = new ConcurrentHashMap<>();

	private static final List<String> WORDS = Arrays.stream(System.getProperty("rows", "").split("\\|"))
		.map((word) -> word.toLowerCase(Locale.ROOT))
		.toList();

	private static final int[] SHARE = Arrays.stream(System.getProperty("twins.share", "1/1").split("/"))
		.mapToInt(Integer::parseInt)
		.toArray();

	/** Rows that are multiplied out and run by every build. */
	private static final Set<String> CHOSEN = lines("rows-of-every-build.txt");

	/** Rows in which annotated handlers are known to differ, here or in this container. */
	private static final Set<String> KNOWN = known();

	private final List<String> properties;

	private ConfigurableApplicationContext off;

	private ConfigurableApplicationContext on;

	Twins(String... properties) {
		this.properties = List.of(properties);
	}

	@BeforeAll
	void start() {
		this.off = run("--idempotency.enabled=false");
		this.on = run("--idempotency.repository=memory");
	}

	/**
	 * Starts the application. Responses of Tomcat keep the size of their buffer when they
	 * are used again, which they are not here.
	 */
	private ConfigurableApplicationContext run(String library) {
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--server.tomcat.processor-cache=0",
				"--server.error.include-message=always", "--spring.web.error.include-message=always",
				"--spring.datasource.url=jdbc:h2:mem:twins", "--spring.main.banner-mode=off",
				"--spring.main.register-shutdown-hook=false", "--logging.level.root=off",
				"--spring.web.resources.static-locations=classpath:/com/example/twins/static/", library));
		arguments.addAll(this.properties);
		return SpringApplication.run(TwinsApplication.class, arguments.toArray(String[]::new));
	}

	@AfterAll
	void stop() {
		this.off.close();
		this.on.close();
	}

	static Row.Handler handler(String row) {
		return handlers.get(row);
	}

	/**
	 * The rows with one of the words of <code>-Drows=</code>, which <code>|</code>
	 * separates.
	 */
	static List<Row> named(List<Row> rows) {
		for (Row row : rows) {
			if (row.handler() != null) {
				String path = row.request().target().replaceAll("\\?.*", "");
				String name = path.substring(path.lastIndexOf('/') + 1);
				Row.Handler other = handlers.put(name, row.handler());
				if (other != null && other != row.handler()) {
					throw new IllegalStateException("Two rows have the name " + name);
				}
			}
		}
		return rows.stream()
			.filter((row) -> WORDS.stream().anyMatch(row.name().toLowerCase(Locale.ROOT)::contains))
			.toList();
	}

	/**
	 * Of rows that are multiplied out, those of every build and the share of
	 * <code>-Dtwins.share=</code>: 2/3 is the second third.
	 */
	static List<Row> shared(List<Row> rows) {
		return named(rows).stream()
			.filter((row) -> CHOSEN.contains(row.name())
					|| Math.floorMod(row.name().hashCode(), SHARE[1]) == SHARE[0] - 1)
			.toList();
	}

	private static Set<String> known() {
		Set<String> known = new HashSet<>(lines("known-differences.txt"));
		if (ClassUtils.isPresent("org.eclipse.jetty.server.Server", null)) {
			known.addAll(lines("known-differences-on-jetty.txt"));
		}
		if (ClassUtils.isPresent("io.undertow.Undertow", null)) {
			known.addAll(lines("known-differences-on-undertow.txt"));
		}
		return known;
	}

	private static Set<String> lines(String name) {
		try (InputStream list = Twins.class.getResourceAsStream(name)) {
			return new String(list.readAllBytes(), StandardCharsets.UTF_8).lines().collect(Collectors.toSet());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void compare(Row row) throws IOException {
		String key = UUID.randomUUID().toString();
		Seen without = send(row, this.off, "simple", key);
		Seen simple = send(row, this.on, "simple", key);
		Seen first = send(row, this.on, "marked", key);
		Seen retry = send(row, this.on, "marked", key);
		Differences differences = new Differences();
		if (KNOWN.contains(row.name())) {
			if (row.sameWithoutLibrary()) {
				differences.compare("without annotation", without, simple);
			}
			differences.check(row, without, simple, first, retry);
			Assumptions.abort("Known to differ with annotation");
		}
		if (row.request().isCutShort()) {
			differences.compareCutShort("first", row, simple, first);
			differences.compareCutShort("retry", row, simple, retry);
			differences.check(row, without, simple, first, retry);
			return;
		}
		differences.compareExpected(row, without);
		if (row.sameWithoutLibrary()) {
			differences.compare("without annotation", without, simple);
		}
		differences.compare("first", simple, first);
		if (row.recorded() && simple.runs() > row.runsOfRetry() && isRecordable(simple.answer().status())) {
			differences.compareReplay(row, first, retry);
		}
		else {
			differences.compare("retry", simple, retry);
		}
		differences.check(row, without, simple, first, retry);
	}

	private static boolean isRecordable(int status) {
		return status >= 200 && status < 500 && !Set.of(401, 403, 408, 425, 429).contains(status);
	}

	private Seen send(Row row, ConfigurableApplicationContext context, String twin, String key) throws IOException {
		String call = UUID.randomUUID().toString();
		Request request = row.request()
			.target(row.request().target().replace("{twin}", twin))
			.header(Sightings.HEADER, call)
			.header("Idempotency-Key", key);
		int port = Integer.parseInt(context.getEnvironment().getProperty("local.server.port"));
		Sightings sightings = Sightings.of(call);
		try (Connection connection = new Connection(port)) {
			Answer answer = connection.send(request);
			if (!sightings.isQuiet()) {
				Awaitility.await().until(sightings::isQuiet);
			}
			return new Seen(answer, sightings.notes(), sightings.runs());
		}
		finally {
			Sightings.forget(call);
		}
	}

}
