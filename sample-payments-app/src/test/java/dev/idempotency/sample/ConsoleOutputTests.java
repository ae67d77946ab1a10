package dev.idempotency.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import com.jayway.jsonpath.JsonPath;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

import dev.idempotency.sample.PaymentsClient.Answer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The commands of the documentation give what it shows: the same status, headers and
 * members, and the same text where it does not depend on the moment.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "idempotency.abandoned=reject")
@ExtendWith(OutputCaptureExtension.class)
class ConsoleOutputTests {

	private static final Pattern BLOCK = Pattern.compile("(?ms)^```(?:console|text)\n(.*?)^```$");

	private static final Pattern COMMAND = Pattern
		.compile("(?s)\\$ (curl (?:[^\n]*\\\\\n)*[^\n]*)\n?((?:(?!\\$ ).+\n|\n)*)");

	private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

	/** Members whose values do not depend on the moment. */
	private static final Set<String> FIXED = Set.of("detail", "title", "type", "status", "state", "operation", "scope",
			"name", "description", "baseUnit", "statistic", "amount", "currency", "reference", "bodySize");

	/** Headers whose values do. */
	private static final Set<String> MOVING = Set.of("date", "location", "content-length");

	private final PaymentsClient client;

	private final JdbcClient jdbc;

	/** What stands in the documentation for an identifier of this run. */
	private final Map<String, String> identifiers = new HashMap<>();

	ConsoleOutputTests(@LocalServerPort int port, @Autowired JdbcClient jdbc) {
		this.client = new PaymentsClient(port);
		this.jdbc = jdbc;
	}

	@Test
	void theQuickStartGivesWhatItShows() {
		assertThat(follow("README.md")).isEqualTo(3);
		assertThat(follow("docs/monitoring.md")).isEqualTo(1);
	}

	@Test
	void theSampleGivesWhatItShows() {
		assertThat(follow("docs/sample.md")).isEqualTo(4);
	}

	@Test
	void operationsGiveWhatTheyShow(CapturedOutput output) {
		Answer payment = this.client.post("/payments", PaymentsClient.newKey(),
				"{\"amount\":1250,\"currency\":\"EUR\",\"reference\":\"order 4711\"}");
		String documented = all(UUID, read("docs/operations.md")).get(0).group();
		this.identifiers.put(documented, payment.text("$.id"));
		String refunds = "/payments/" + payment.text("$.id") + "/refunds";
		this.client.post(refunds, "refund/4711", "{\"amount\":250}");
		this.jdbc
			.sql("update idempotency_record set completed_at = null, status = null, response = null,"
					+ " lease_until = created_at where operation = 'payment-controller-refund'")
			.update();
		List<String> blocks = all(BLOCK, read("docs/operations.md")).stream().map((block) -> block.group(1)).toList();
		assertShows(this.client.post(refunds, "refund/4711", "{\"amount\":250}"), blocks.get(0), false);
		assertThat(follow("docs/operations.md")).isEqualTo(4);
		String line = blocks.stream().filter((block) -> block.startsWith("WARN")).findFirst().orElseThrow();
		assertThat(output.getOut()).containsPattern(Pattern.quote(line.strip().replaceFirst("^.* : ", ""))
			.replaceFirst("Record [0-9a-f]{8}", "Record \\\\E[0-9a-f]{8}\\\\Q"));
	}

	/** Sends all commands of a page and compares the answers. */
	private int follow(String page) {
		int commands = 0;
		for (MatchResult block : all(BLOCK, read(page))) {
			for (MatchResult command : all(COMMAND, block.group(1))) {
				Curl curl = Curl.of(identified(command.group(1)));
				Answer answer = this.client.exchange(curl.method(), curl.path(), curl.headers(), curl.body());
				assertShows(answer, command.group(2), curl.showsHeaders());
				commands++;
			}
		}
		return commands;
	}

	private String identified(String command) {
		return UUID.matcher(command).replaceAll((found) -> this.identifiers.getOrDefault(found.group(), found.group()));
	}

	private void assertShows(Answer answer, String documented, boolean allHeaders) {
		String[] parts = documented.startsWith("HTTP/1.1 ") ? documented.split("\n\n", 2)
				: new String[] { "", documented };
		if (!parts[0].isEmpty()) {
			assertThat("HTTP/1.1 " + answer.status()).as(answer.body())
				.isEqualTo(parts[0].lines().findFirst().orElseThrow());
			assertShowsHeaders(answer, parts[0], allHeaders);
		}
		String body = (parts.length > 1) ? parts[1].strip() : "";
		if (body.isEmpty()) {
			assertThat(answer.body()).isEmpty();
		}
		else {
			Object expected = JsonPath.parse(body).json();
			Object actual = JsonPath.parse(answer.body()).json();
			assertThat(shape(actual, "")).isEqualTo(shape(expected, ""));
			identify(expected, actual);
		}
	}

	private static void assertShowsHeaders(Answer answer, String head, boolean all) {
		Map<String, String> actual = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		answer.response().headers().map().forEach((name, values) -> actual.put(name, String.join(",", values)));
		Map<String, String> documented = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		head.lines()
			.skip(1)
			.map((line) -> line.split(": ", 2))
			.forEach((header) -> documented.put(header[0], header[1]));
		if (all) {
			assertThat(actual.keySet()).isEqualTo(documented.keySet());
		}
		assertThat(actual.keySet()).containsAll(documented.keySet());
		MOVING.forEach(documented::remove);
		assertThat(actual).containsAllEntriesOf(documented);
	}

	/** The names, the kinds of values, and the values that do not move. */
	private static Object shape(@Nullable Object json, String name) {
		if (json instanceof Map<?, ?> object) {
			Map<String, Object> shape = new TreeMap<>();
			object.forEach((member, value) -> shape.put(String.valueOf(member), shape(value, String.valueOf(member))));
			return shape;
		}
		if (json instanceof List<?> list) {
			return list.stream().map((element) -> shape(element, name)).toList();
		}
		if (FIXED.contains(name)) {
			return String.valueOf(json);
		}
		return (json instanceof Number) ? "a number" : "a text";
	}

	private void identify(@Nullable Object expected, @Nullable Object actual) {
		if (expected instanceof Map<?, ?> object && actual instanceof Map<?, ?> other) {
			object.forEach((member, value) -> identify(value, other.get(member)));
		}
		else if (expected instanceof String text && UUID.matcher(text).matches()) {
			this.identifiers.put(text, String.valueOf(actual));
		}
	}

	private static List<MatchResult> all(Pattern pattern, String text) {
		return pattern.matcher(text).results().toList();
	}

	private static String read(String page) {
		try {
			return Files.readString(Path.of("..", page));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A command of the documentation.
	 *
	 * @param method the method of its request
	 * @param path the path, with the query
	 * @param headers the headers, by name
	 * @param body the body
	 * @param showsHeaders whether the answer's headers are shown
	 */
	private record Curl(String method, String path, Map<String, String> headers, String body, boolean showsHeaders) {

		private static final Pattern WORD = Pattern.compile("'([^']*)'|([^\\s'\\\\]+)");

		static Curl of(String command) {
			List<String> words = all(WORD, command).stream()
				.map((word) -> (word.group(1) != null) ? word.group(1) : word.group(2))
				.toList();
			String method = "GET";
			String path = "";
			Map<String, String> headers = new TreeMap<>();
			Set<String> query = new TreeSet<>();
			String body = "";
			Iterator<String> rest = words.listIterator(1);
			while (rest.hasNext()) {
				String word = rest.next();
				switch (word) {
					case "-i", "-G" -> {
						// Options without a value
					}
					case "-X" -> {
						method = rest.next();
					}
					case "-H" -> {
						String[] header = rest.next().split(": ", 2);
						headers.put(header[0], header[1]);
					}
					case "-d" -> {
						method = "POST";
						body = rest.next();
					}
					case "--data-urlencode" -> query.add(rest.next().replace("/", "%2F"));
					default -> {
						path = word.substring("localhost:8080".length());
					}
				}
			}
			String target = query.isEmpty() ? path : path + "?" + String.join("&", query);
			return new Curl(method, target, headers, body, words.contains("-i"));
		}

	}

}
