package dev.idempotency.sample;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard and the alerts of the documentation, against what the sample shows to
 * Prometheus.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = "management.prometheus.metrics.export.enabled=true")
class MonitoringTests {

	private static final Path DOCUMENTS = Path.of("../docs/monitoring");

	private static final String RULES = "prometheus-rules.yml";

	private static final Pattern SAMPLE = Pattern.compile("(?m)^(idempotency_\\w+)(?:\\{(.*)\\})? [-+.E0-9]+$");

	private static final Pattern SELECTOR = Pattern.compile("(idempotency_\\w+)(?:\\{(.*?)\\})?");

	private static final Pattern LABEL = Pattern.compile("(\\w+)(?:=~?)\"(.*?)\"");

	/** Those that Prometheus adds to what it scrapes. */
	private static final Set<String> LABELS_OF_PROMETHEUS = Set.of("job", "instance");

	private final PaymentsClient client;

	private final Map<String, Map<String, Set<String>>> scraped = new HashMap<>();

	MonitoringTests(@LocalServerPort int port) {
		this.client = new PaymentsClient(port);
	}

	@BeforeEach
	void scrape() {
		for (MatchResult sample : all(SAMPLE, this.client.get("/actuator/prometheus").body())) {
			Map<String, Set<String>> labels = this.scraped.computeIfAbsent(sample.group(1), (name) -> new HashMap<>());
			for (MatchResult label : all(LABEL, (sample.group(2) != null) ? sample.group(2) : "")) {
				labels.computeIfAbsent(label.group(1), (name) -> new HashSet<>()).add(label.group(2));
			}
		}
	}

	static Stream<String> expressions() {
		List<String> panels = JsonPath.read(read("grafana-dashboard.json"), "$..expr");
		List<String> variables = JsonPath.read(read("grafana-dashboard.json"), "$..definition");
		return Stream.of(panels.stream(), variables.stream(), rules().stream().map((rule) -> rule.get("expr")))
			.flatMap((expressions) -> expressions);
	}

	@ParameterizedTest
	@MethodSource("expressions")
	void readsOnlyWhatIsThereFromTheStart(String expression) {
		assertThat(expression).containsPattern(SELECTOR);
		for (MatchResult selector : all(SELECTOR, expression)) {
			assertThat(this.scraped).containsKey(selector.group(1));
			Map<String, Set<String>> labels = this.scraped.get(selector.group(1));
			for (MatchResult label : all(LABEL, (selector.group(2) != null) ? selector.group(2) : "")) {
				if (!LABELS_OF_PROMETHEUS.contains(label.group(1))) {
					assertThat(labels).containsKey(label.group(1));
					assertThat(label.group(2).split("\\|", -1))
						.allMatch((value) -> value.startsWith("$") || labels.get(label.group(1)).contains(value));
				}
			}
		}
	}

	@Test
	void everyMeterIsOnTheDashboard() {
		String dashboard = read("grafana-dashboard.json");
		assertThat(this.scraped.keySet()).isNotEmpty().allMatch(dashboard::contains);
	}

	@Test
	void everyAlertIsDocumented() {
		Matcher documented = Pattern.compile("(?m)^\\| `(Idempotency\\w+)` \\| (\\w+) \\|")
			.matcher(read("../monitoring.md"));
		assertThat(documented.results().map((row) -> row.group(1)).toList())
			.containsExactlyElementsOf(rules().stream().map((rule) -> rule.get("alert")).toList());
	}

	@Test
	@EnabledIf("hasPromtool")
	void promtoolAcceptsTheRulesAndTheirTests() throws Exception {
		promtool("check", "rules", RULES);
		promtool("test", "rules", "prometheus-rules-tests.yml");
	}

	static boolean hasPromtool() {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, "promtool")));
	}

	private static void promtool(String... arguments) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList())
			.directory(DOCUMENTS.toFile())
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
	}

	private static List<Map<String, String>> rules() {
		Map<String, List<Map<String, List<Map<String, String>>>>> groups = new Yaml().load(read(RULES));
		return groups.get("groups").get(0).get("rules");
	}

	private static List<MatchResult> all(Pattern pattern, String text) {
		return pattern.matcher(text).results().toList();
	}

	private static String read(String document) {
		try {
			return Files.readString(DOCUMENTS.resolve(document));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
