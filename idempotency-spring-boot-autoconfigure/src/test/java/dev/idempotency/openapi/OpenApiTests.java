package dev.idempotency.openapi;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.web.IdempotencyKeyResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What stands in the OpenAPI document of an application.
 */
class OpenApiTests {

	private static final String PREFIX = "urn:idempotency:problem:";

	private static TestApplication application;

	private static JsonNode document;

	@BeforeAll
	static void start() throws Exception {
		application = start(DocumentedApplication.class, "idempotency.operations.strict.key.format=structured",
				"idempotency.operations.strict.key.max-length=36",
				"idempotency.operations.strict.key.pattern=[0-9a-f-]+",
				"idempotency.operations.strict.replay.header-name=X-Replayed",
				"idempotency.operations.strict.problem.type-prefix=https://example.com/problems/",
				"idempotency.operations.delivery.header-name=X-Delivery",
				"idempotency.operations.unsure.abandoned=reject", "idempotency.operations.unsure.replay.statuses=201",
				"idempotency.operations.transactional.abandoned=reject");
		document = json(application, "/v3/api-docs");
	}

	private static TestApplication start(Class<?> source, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.addAll(List.of("springdoc.api-docs.enabled=true", "idempotency.repository=jdbc",
				"spring.datasource.url=jdbc:h2:mem:openapi"));
		return TestApplication.start(source, all);
	}

	private static JsonNode json(TestApplication application, String path) throws IOException, InterruptedException {
		HttpResponse<String> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + application.port() + path)).build(),
					BodyHandlers.ofString());
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return new ObjectMapper().readTree(response.body());
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static JsonNode post(String path) {
		JsonNode operation = document.path("paths").path(path).path("post");
		assertThat(operation.isMissingNode()).as(path).isFalse();
		return operation;
	}

	private static JsonNode keyHeader(JsonNode operation) {
		List<JsonNode> found = new ArrayList<>();
		operation.path("parameters").forEach((parameter) -> {
			if (parameter.path("name").asText().equalsIgnoreCase("Idempotency-Key")) {
				found.add(parameter);
			}
		});
		assertThat(found).hasSize(1);
		assertThat(found.get(0).path("in").asText()).isEqualTo("header");
		return found.get(0);
	}

	private static List<String> problems(JsonNode operation, int status) {
		JsonNode content = operation.path("responses").path(String.valueOf(status)).path("content");
		return content.path("application/problem+json").path("examples").findValuesAsText("type");
	}

	private static JsonNode headers(JsonNode operation, int status) {
		return operation.path("responses").path(String.valueOf(status)).path("headers");
	}

	@Test
	void showsTheHeaderWithTheKey() {
		JsonNode header = keyHeader(post("/payments"));
		assertThat(header.path("required").asBoolean()).isTrue();
		assertThat(header.path("description").asText()).contains("new key", "each retry");
		JsonNode schema = header.path("schema");
		assertThat(schema.path("type").asText()).isEqualTo("string");
		assertThat(schema.path("maxLength").asInt()).isEqualTo(512);
		Pattern pattern = Pattern.compile(schema.path("pattern").asText());
		assertThat("k".repeat(255)).containsPattern(pattern);
		assertThat('"' + "k".repeat(255) + '"').containsPattern(pattern);
		assertThat("k".repeat(256)).doesNotContainPattern(pattern);
		assertThat('"' + "\\\"".repeat(255) + '"').containsPattern(pattern);
		assertThat('"' + "\\\"".repeat(256) + '"').doesNotContainPattern(pattern);
		for (String wrong : List.of("\"k", "\"\"", "\"  \"", "\"k\\\"", "\"\\k\"", "\"k\"k\"")) {
			assertThat(wrong).doesNotContainPattern(pattern);
		}
		for (char character = 0; character < 0x180; character++) {
			assertThat(pattern.matcher(String.valueOf(character)).find()).as("%d", (int) character)
				.isEqualTo(IdempotencyKey.isAllowedWithoutQuotes(character));
			String escaped = ((character == '"' || character == '\\') ? "\\" : "") + character;
			assertThat(pattern.matcher("\"k" + escaped + '"').find()).as("%d in quotes", (int) character)
				.isEqualTo(IdempotencyKey.isAllowed(character));
		}
	}

	@Test
	void showsTheHeaderOfAnOperationWithOneOfItsOwn() {
		JsonNode operation = post("/delivery");
		assertThat(operation.path("parameters").findValuesAsText("name")).containsExactly("X-Delivery");
		assertThat(operation.path("parameters").path(0).path("required").asBoolean()).isTrue();
		assertThat(operation.path("responses").path("400").toString()).contains("request header X-Delivery")
			.doesNotContain("Idempotency-Key");
	}

	@Test
	void whereHandlersHaveHeadersOfTheirOwnEachIsShownAndNoneRequired() {
		JsonNode parameters = post("/either").path("parameters");
		assertThat(parameters.findValuesAsText("name")).contains("Idempotency-Key", "X-Delivery");
		assertThat(parameters).filteredOn((parameter) -> parameter.path("in").asText().equals("header"))
			.extracting((parameter) -> parameter.path("required").asBoolean())
			.containsExactly(false, false);
	}

	@Test
	void anOptionalKeyIsNeitherRequiredNorMissing() {
		JsonNode operation = post("/optional");
		assertThat(keyHeader(operation).path("required").asBoolean()).isFalse();
		assertThat(problems(operation, 400)).containsExactly(PREFIX + "key-malformed");
	}

	@Test
	void anArgumentOfTypeIdempotencyKeyIsNoParameter() {
		assertThat(post("/optional").path("parameters")).hasSize(1);
		assertThat(post("/optional").path("requestBody").toString()).contains("Payment").doesNotContain("key");
		assertThat(document.path("components").path("schemas").has("IdempotencyKey")).isFalse();
	}

	@Test
	void showsTheRefusals() {
		JsonNode operation = post("/payments");
		assertThat(problems(operation, 400)).containsExactly(PREFIX + "key-missing", PREFIX + "key-malformed");
		assertThat(problems(operation, 409)).containsExactly(PREFIX + "in-flight", PREFIX + "not-replayable");
		assertThat(problems(operation, 413)).containsExactly(PREFIX + "body-too-large");
		assertThat(problems(operation, 422)).containsExactly(PREFIX + "key-reused");
		assertThat(problems(operation, 503)).containsExactly(PREFIX + "repository-unavailable");
		assertThat(operation.path("responses").fieldNames()).toIterable()
			.containsExactlyInAnyOrder("201", "400", "409", "413", "422", "503");
		for (String status : List.of("400", "409", "413", "422", "503")) {
			JsonNode response = operation.path("responses").path(status);
			assertThat(response.path("content").fieldNames()).toIterable().containsExactly("application/problem+json");
			assertThat(response.findValuesAsText("$ref")).containsExactly("#/components/schemas/IdempotencyProblem");
			assertThat(response.path("headers").has("Retry-After")).as(status)
				.isEqualTo(List.of("409", "503").contains(status));
			assertThat(response.path("description").asText()).contains(problems(operation, Integer.parseInt(status)));
		}
		JsonNode problem = document.path("components").path("schemas").path("IdempotencyProblem");
		assertThat(problem.path("type").asText()).isEqualTo("object");
		assertThat(problem.path("properties").fieldNames()).toIterable()
			.containsExactly("type", "title", "status", "detail");
	}

	@Test
	void anUnknownOutcomeIsAProblemOnlyWhereAbandonedRequestsAreRejected() {
		assertThat(problems(post("/unsure"), 409)).contains(PREFIX + "outcome-unknown");
		assertThat(problems(post("/payments"), 409)).doesNotContain(PREFIX + "outcome-unknown");
		assertThat(problems(post("/transactional"), 409)).contains(PREFIX + "in-flight")
			.doesNotContain(PREFIX + "outcome-unknown");
	}

	@Test
	void settingsOfAnOperationShow() {
		JsonNode operation = post("/strict");
		JsonNode schema = keyHeader(operation).path("schema");
		assertThat(schema.path("maxLength").asInt()).isEqualTo(38);
		assertThat(schema.path("pattern").asText()).isEqualTo("^(?:\"(?:[0-9a-f-]+)\")$");
		assertThat(problems(operation, 422)).containsExactly("https://example.com/problems/key-reused");
		assertThat(headers(operation, 200).fieldNames()).toIterable().containsExactly("X-Replayed");
	}

	@Test
	void responsesThatAreRecordedShowTheHeaderOfReplays() {
		JsonNode header = headers(post("/payments"), 201).path("Idempotent-Replayed");
		assertThat(header.path("schema").path("type").asText()).isEqualTo("boolean");
		JsonNode responses = post("/notes/responses").path("responses");
		for (String recorded : List.of("200", "404", "409", "422", "5XX", "default")) {
			assertThat(responses.path(recorded).path("headers").has("Idempotent-Replayed")).as(recorded)
				.isEqualTo(!recorded.equals("5XX"));
		}
		for (int refusal : new int[] { 400, 409, 413, 422, 503 }) {
			assertThat(headers(post("/payments"), refusal).has("Idempotent-Replayed")).isFalse();
		}
		// Where only 201 is recorded
		assertThat(post("/unsure").path("responses").path("200").has("headers")).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "/plain, post", "/both, get", "/accounts, get", "/accounts/events, get" })
	void whatIsNotIdempotentIsUntouched(String path, String method) {
		JsonNode operation = document.path("paths").path(path).path(method);
		assertThat(operation.path("responses").fieldNames()).toIterable().containsExactly("200");
		assertThat(operation.path("responses").path("200").has("headers")).isFalse();
		assertThat(operation.has("parameters")).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/both", "/accounts" })
	void whatIsAnnotatedElsewhereOrForSeveralMethodsIsFound(String path) {
		assertThat(keyHeader(post(path)).path("required").asBoolean()).isTrue();
		assertThat(problems(post(path), 422)).isNotEmpty();
	}

	@Test
	void aHeaderThatTheApplicationDocumentsIsCompletedAndNotRepeated() {
		JsonNode ofArgument = keyHeader(post("/notes/header"));
		assertThat(ofArgument.path("name").asText()).isEqualTo("idempotency-key");
		assertThat(ofArgument.path("required").asBoolean()).isTrue();
		assertThat(ofArgument.path("description").asText()).contains("new key");
		JsonNode described = keyHeader(post("/notes/described"));
		assertThat(described.path("description").asText()).isEqualTo("Ours.");
		assertThat(described.path("schema").toString()).isEqualTo("{\"type\":\"string\",\"format\":\"uuid\"}");
	}

	@Test
	void responsesThatTheApplicationDocumentsAreKept() {
		JsonNode operation = post("/notes/responses");
		JsonNode conflict = operation.path("responses").path("409");
		assertThat(conflict.path("description").asText()).startsWith("Another version.\n\n`" + PREFIX + "in-flight`: ");
		assertThat(conflict.path("content").fieldNames()).toIterable()
			.containsExactly("application/json", "application/problem+json");
		assertThat(conflict.path("content").path("application/json").toString()).contains("Payment");
		assertThat(problems(operation, 409)).hasSize(2);
		JsonNode invalid = operation.path("responses").path("422");
		assertThat(invalid.path("description").asText()).startsWith("Not valid.\n\n`" + PREFIX + "key-reused`: ");
		assertThat(invalid.path("content").toString()).isEqualTo(
				"{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Payment\"},\"example\":{}}}");
		assertThat(operation.path("responses").path("404").path("description").asText()).isEqualTo("No such note.");
	}

	@Test
	void aSharedResponseIsCopied() {
		JsonNode shared = document.path("components").path("responses").path("Conflict");
		assertThat(shared.toString()).isEqualTo("{\"description\":\"Shared.\",\"content\":{\"text/plain\":{}}}");
		JsonNode conflict = post("/notes/shared").path("responses").path("409");
		assertThat(conflict.path("description").asText()).startsWith("Shared.\n\n");
		assertThat(conflict.path("content").fieldNames()).toIterable()
			.containsExactly("text/plain", "application/problem+json");
		assertThat(conflict.path("headers").has("Idempotent-Replayed")).isTrue();
	}

	@Test
	void whereOneOfSeveralHandlersIsIdempotentNoKeyIsRequired() {
		JsonNode operation = post("/overloaded");
		assertThat(keyHeader(operation).path("required").asBoolean()).isFalse();
		assertThat(problems(operation, 409)).hasSize(2);
	}

	@Test
	void whatCustomizersOfTheApplicationDocumentIsKeptToo() {
		assertThat(post("/customized").has("parameters")).isFalse();
		JsonNode shared = document.path("components").path("parameters").path("Key");
		assertThat(shared.toString()).isEqualTo("{\"name\":\"Idempotency-Key\",\"in\":\"header\"}");
		JsonNode unavailable = post("/customized").path("responses").path("503");
		assertThat(unavailable.path("description").asText()).startsWith("Down.\n\n`" + PREFIX);
		assertThat(unavailable.path("headers").toString())
			.isEqualTo("{\"retry-after\":{\"description\":\"Tomorrow.\"}}");
		assertThat(problems(post("/customized"), 503)).hasSize(1);
	}

	@Test
	void groupsAreDocumentedTheSame() throws Exception {
		JsonNode group = json(application, "/v3/api-docs/notes");
		assertThat(group.path("paths").path("/notes/responses").path("post")).isEqualTo(post("/notes/responses"));
		assertThat(group.path("components").path("schemas").has("IdempotencyProblem")).isTrue();
		assertThat(group.toString() + document).doesNotContain("x-idempotency");
	}

	@Test
	void theDocumentationShowsWhatIsGenerated() throws Exception {
		String page = Files.readString(Path.of("..", "docs", "openapi.md"));
		String fragment = page.substring(page.indexOf("```json") + 7, page.lastIndexOf("```"));
		assertContained(new ObjectMapper().readTree(fragment), document.path("paths"));
	}

	private static void assertContained(JsonNode fragment, JsonNode whole) {
		if (fragment.isObject()) {
			fragment.forEachEntry((name, value) -> assertContained(value, whole.path(name)));
		}
		else {
			assertThat(whole).isEqualTo(fragment);
		}
	}

	@Test
	void withoutOpenApi31AndWithAKeyThatTheApplicationFindsItself() throws Exception {
		try (TestApplication other = start(ResolvingApplication.class, "springdoc.api-docs.version=openapi_3_0")) {
			JsonNode old = json(other, "/v3/api-docs");
			assertThat(old.path("openapi").asText()).startsWith("3.0.");
			JsonNode operation = old.path("paths").path("/payments").path("post");
			assertThat(operation.has("parameters")).isFalse();
			assertThat(problems(operation, 400)).hasSize(2);
			assertThat(headers(operation, 201).path("Idempotent-Replayed").path("schema").toString())
				.isEqualTo("{\"type\":\"boolean\"}");
			assertThat(old.path("components").path("schemas").path("IdempotencyProblem").path("type").asText())
				.isEqualTo("object");
		}
	}

	/**
	 * An application whose clients send the key in the body.
	 */
	@SpringBootConfiguration
	@EnableAutoConfiguration
	@Import(DocumentedApplication.Payments.class)
	static class ResolvingApplication {

		@Bean
		IdempotencyKeyResolver keyResolver() {
			return (request, operation) -> null;
		}

	}

}
