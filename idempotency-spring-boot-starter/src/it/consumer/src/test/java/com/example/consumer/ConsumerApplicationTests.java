package com.example.consumer;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import com.example.consumer.ConsumerApplication.OrderController;
import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import dev.idempotency.client.IdempotencyKeyInterceptor;
import dev.idempotency.client.IdempotencyScope;
import dev.idempotency.client.IdempotentResponse;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.embedded.RedisServer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What users see, with the built jar, on whichever Spring Boot is on the class path.
 */
class ConsumerApplicationTests {

	private static final String JSON = "application/json";

	private static final String ORDER = "{\"item\":\"book\",\"quantity\":2}";

	private static final boolean ACTUATOR = ClassUtils
		.isPresent("org.springframework.boot.actuate.endpoint.annotation.Endpoint", null);

	private static final boolean SPRINGDOC = ClassUtils.isPresent("org.springdoc.core.customizers.OperationCustomizer",
			null);

	private static final HttpClient client = HttpClient.newHttpClient();

	private static EmbeddedPostgres postgres;

	private static RedisServer redis;

	private ConfigurableApplicationContext context;

	@BeforeAll
	static void startServers() throws IOException {
		assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("spring-boot.version"));
		assertThat(ACTUATOR).isEqualTo(System.getProperty("without-actuator") == null);
		assertThat(ClassUtils.isPresent("org.eclipse.jetty.server.Server", null))
			.isEqualTo(System.getProperty("with-jetty") != null);
		assertThat(ClassUtils.isPresent("io.undertow.Undertow", null))
			.isEqualTo(System.getProperty("with-undertow") != null);
		assertThat(SPRINGDOC).isEqualTo(System.getProperty("springdoc.version") != null);
		postgres = EmbeddedPostgres.start();
		redis = RedisServer.newRedisServer().port(freePort()).bind("127.0.0.1").build();
		redis.start();
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	@AfterAll
	static void stopServers() throws IOException {
		postgres.close();
		redis.stop();
	}

	static Stream<List<String>> repositories() {
		return Stream.of(List.of("--idempotency.repository=jdbc", "--spring.datasource.url=jdbc:h2:mem:consumer"),
				List.of("--idempotency.repository=jdbc", "--idempotency.jdbc.initialize-schema=always",
						"--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres")),
				List.of("--idempotency.repository=redis", "--spring.data.redis.host=127.0.0.1",
						"--spring.data.redis.port=" + redis.ports().get(0)));
	}

	@ParameterizedTest
	@MethodSource("repositories")
	void doesWhatTheReadmeSays(List<String> repository) throws Exception {
		List<String> arguments = new ArrayList<>(repository);
		arguments.addAll(List.of("--server.port=0", "--spring.application.name=consumer",
				"--spring.threads.virtual.enabled=true",
				"--management.endpoints.web.exposure.include=*", "--management.endpoint.idempotency.access=unrestricted"));
		this.context = SpringApplication.run(ConsumerApplication.class, arguments.toArray(String[]::new));
		try {
			replaysEveryKindOfHandler();
			refuses();
			recordsWhatTheHandlerAnswered();
			leavesTheRestAlone();
			measures();
			showsAndFreesKeys();
			callsItself();
		}
		finally {
			this.context.close();
		}
	}

	private void replaysEveryKindOfHandler() throws Exception {
		for (String path : List.of("/orders", "/callables", "/futures")) {
			assertReplayed(path, JSON, ORDER);
		}
		assertReplayed("/forms", "application/x-www-form-urlencoded", "item=a%20book");
		assertReplayed("/uploads", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data;"
				+ " name=\"file\"; filename=\"f.txt\"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n--b--\r\n");
	}

	private void assertReplayed(String path, String contentType, String body) throws Exception {
		String key = UUID.randomUUID().toString();
		int before = runs();
		HttpResponse<String> first = post(path, key, contentType, body);
		assertThat(first.statusCode()).as(path + first.body()).isEqualTo(201);
		assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
		HttpResponse<String> retry = post(path, "\"" + key + "\"", contentType, body);
		assertThat(retry.statusCode()).isEqualTo(201);
		assertThat(retry.body()).isEqualTo(first.body());
		assertThat(retry.headers().firstValue("Location")).isPresent().isEqualTo(first.headers().firstValue("Location"));
		assertThat(retry.headers().firstValue("Content-Type")).isEqualTo(first.headers().firstValue("Content-Type"));
		assertThat(retry.headers().firstValue("Idempotent-Replayed")).hasValue("true");
		assertThat(runs()).isEqualTo(before + 1);
	}

	private void refuses() throws Exception {
		String key = UUID.randomUUID().toString();
		post("/orders", key, JSON, ORDER);
		assertProblem(post("/orders", key, JSON, "{\"item\":\"pen\",\"quantity\":2}"), 422, "key-reused");
		assertProblem(post("/orders", "not a key", JSON, ORDER), 400, "key-malformed");
		assertProblem(post("/orders", null, JSON, ORDER), 400, "key-missing");
	}

	private void assertProblem(HttpResponse<String> response, int status, String type) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(response.body()).contains("\"urn:idempotency:problem:" + type + "\"");
	}

	private void recordsWhatTheHandlerAnswered() throws Exception {
		String key = UUID.randomUUID().toString();
		assertThat(post("/orders", key, JSON, "{\"item\":\"\",\"quantity\":0}").statusCode()).isEqualTo(400);
		assertThat(post("/orders", key, JSON, ORDER).statusCode()).isEqualTo(201);
		int before = runs();
		String conflict = UUID.randomUUID().toString();
		HttpResponse<String> first = post("/conflicts", conflict, JSON, "{}");
		assertThat(first.statusCode()).isEqualTo(409);
		assertThat(first.body()).contains("\"status\":409");
		HttpResponse<String> retry = post("/conflicts", conflict, JSON, "{}");
		assertThat(retry.body()).isEqualTo(first.body());
		assertThat(retry.headers().firstValue("Idempotent-Replayed")).hasValue("true");
		assertThat(runs()).isEqualTo(before + 1);
		String failure = UUID.randomUUID().toString();
		assertThat(post("/failures", failure, JSON, "{}").statusCode()).isEqualTo(500);
		assertThat(post("/failures", failure, JSON, "{}").statusCode()).isEqualTo(500);
		assertThat(runs()).isEqualTo(before + 3);
	}

	private void leavesTheRestAlone() throws Exception {
		int before = runs();
		post("/plain", "key", JSON, "{}");
		post("/plain", "key", JSON, "{}");
		assertThat(runs()).isEqualTo(before + 2);
	}

	private void measures() throws Exception {
		HttpResponse<String> metrics = client.send(HttpRequest
			.newBuilder(uri("/actuator/metrics/idempotency.requests?tag=outcome:hit"))
			.build(), BodyHandlers.ofString());
		assertThat(metrics.statusCode()).isEqualTo(ACTUATOR ? 200 : 404);
		if (ACTUATOR) {
			assertThat(metrics.body()).contains("order-controller-create");
		}
	}

	private void callsItself() {
		RestClient self = RestClient.builder()
			.requestInterceptor(this.context.getBean(IdempotencyKeyInterceptor.class))
			.build();
		int before = runs();
		IdempotencyScope.create().run(() -> {
			for (boolean replayed : new boolean[] { false, true }) {
				HttpHeaders headers = self.post().uri(uri("/orders")).header("Content-Type", JSON).body(ORDER)
					.retrieve().toBodilessEntity().getHeaders();
				assertThat(IdempotentResponse.of(headers))
					.isEqualTo(new IdempotentResponse(IdempotencyScope.current().key().value(), replayed));
			}
		});
		assertThat(runs()).isEqualTo(before + 1);
		assertThat(this.context.containsBean("idempotencyKeyFilter")).isFalse();
	}

	private void showsAndFreesKeys() throws Exception {
		String key = "a/b%" + UUID.randomUUID();
		HttpResponse<String> first = post("/orders", key, JSON, ORDER);
		String record = "/actuator/idempotency?key=" + URLEncoder.encode(key, StandardCharsets.UTF_8);
		if (!ACTUATOR) {
			for (String path : List.of("/actuator/idempotency", record)) {
				assertThat(call("GET", path).statusCode()).isEqualTo(404);
				assertThat(call("DELETE", path).statusCode()).isEqualTo(404);
			}
			return;
		}
		assertThat(call("GET", "/actuator/idempotency").body()).contains("\"namespace\":\"consumer\"",
				"\"operations\":{", "\"order-controller-create\":[{\"handler\":\"com.example.consumer.",
				"\"ttl\":\"PT24H\"");
		HttpResponse<String> shown = call("GET", record);
		assertThat(shown.statusCode()).as(shown.body()).isEqualTo(200);
		assertThat(shown.body()).contains("\"scope\":\"\"", "\"operation\":\"order-controller-create\"",
				"\"state\":\"completed\"", "\"status\":201", "\"bodySize\":" + first.body().length())
			.containsPattern("\"createdAt\":\"20\\d\\d-[^\"]+Z\"")
			.doesNotContain("leaseUntil", "null", key);
		assertProblemOfEndpoint(call("GET", record + "&scope=ada"), 404);
		assertThat(call("DELETE", record).statusCode()).isEqualTo(204);
		assertProblemOfEndpoint(call("GET", record), 404);
		assertProblemOfEndpoint(call("DELETE", record), 404);
		assertThat(post("/orders", key, JSON, ORDER).body()).isNotEqualTo(first.body());
		for (String query : List.of("?key=", "?key=a&key=b", "?scope=a", "?kye=a", "?key=a%20b", "?key=a&scope=b&scope=c")) {
			assertProblemOfEndpoint(call("GET", "/actuator/idempotency" + query), 400);
			assertProblemOfEndpoint(call("DELETE", "/actuator/idempotency" + query), 400);
		}
		assertProblemOfEndpoint(call("DELETE", "/actuator/idempotency"), 400);
	}

	private void assertProblemOfEndpoint(HttpResponse<String> response, int status) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(response.body()).contains("\"status\":" + status, "\"detail\":\"");
	}

	@Test
	void exposesNoEndpointByDefault() throws Exception {
		this.context = SpringApplication.run(ConsumerApplication.class, "--server.port=0",
				"--idempotency.repository=memory", "--spring.datasource.url=jdbc:h2:mem:unexposed",
				"--management.health.redis.enabled=false");
		try {
			assertThat(call("GET", "/actuator/idempotency").statusCode()).isEqualTo(404);
			assertThat(call("DELETE", "/actuator/idempotency?key=a").statusCode()).isEqualTo(404);
			assertThat(call("GET", "/actuator/health").statusCode()).isEqualTo(ACTUATOR ? 200 : 404);
		}
		finally {
			this.context.close();
		}
	}

	@Test
	void isDocumentedWithSpringdoc() throws Exception {
		this.context = SpringApplication.run(ConsumerApplication.class, "--server.port=0",
				"--idempotency.repository=memory", "--spring.datasource.url=jdbc:h2:mem:documented",
				"--idempotency.operations.order-controller-create.abandoned=reject");
		try {
			HttpResponse<String> response = call("GET", "/v3/api-docs");
			assertThat(response.statusCode()).isEqualTo(SPRINGDOC ? 200 : 404);
			if (SPRINGDOC) {
				isDocumented(JsonPath.parse(response.body()));
			}
		}
		finally {
			this.context.close();
		}
	}

	private void isDocumented(DocumentContext document) {
		String order = "$.paths['/orders'].post";
		Map<String, Object> header = document.read(order + ".parameters[0]");
		assertThat(header).containsEntry("name", "Idempotency-Key")
			.containsEntry("in", "header")
			.containsEntry("required", true);
		assertThat(document.<Map<String, Object>>read(order + ".parameters[0].schema")).containsEntry("type", "string")
			.containsEntry("maxLength", 512)
			.containsKey("pattern");
		assertThat(document.<List<String>>read(order + ".responses.*.content['application/problem+json']..value.type"))
			.containsExactlyInAnyOrder(Stream
				.of("key-missing", "key-malformed", "in-flight", "outcome-unknown", "not-replayable", "body-too-large",
						"key-reused", "repository-unavailable")
				.map("urn:idempotency:problem:"::concat)
				.toArray(String[]::new));
		assertThat(document.<List<String>>read(order + ".responses.*.content['application/problem+json'].schema.$ref"))
			.hasSize(5)
			.containsOnly("#/components/schemas/IdempotencyProblem");
		assertThat(document.<String>read("$.components.schemas.IdempotencyProblem.properties.detail.type"))
			.isEqualTo("string");
		assertThat(document.<Map<String, Object>>read(order + ".responses.200.headers"))
			.containsOnlyKeys("Idempotent-Replayed");
		for (String status : List.of("409", "503")) {
			assertThat(document.<Map<String, Object>>read(order + ".responses." + status + ".headers"))
				.containsOnlyKeys("Retry-After");
		}
		assertThat(document.<Map<String, Object>>read("$.paths['/callables'].post.responses"))
			.containsKeys("400", "409", "422");
		assertThat(document.<Map<String, Object>>read("$.paths['/plain'].post.responses")).containsOnlyKeys("200");
		assertThat(document.<Map<String, Object>>read("$.paths['/plain'].post")).doesNotContainKey("parameters");
	}

	private HttpResponse<String> call(String method, String path) throws Exception {
		return client.send(HttpRequest.newBuilder(uri(path)).method(method, BodyPublishers.noBody()).build(),
				BodyHandlers.ofString());
	}

	private int runs() {
		return this.context.getBean(OrderController.class).runs();
	}

	private URI uri(String path) {
		return URI.create("http://localhost:" + this.context.getEnvironment().getProperty("local.server.port") + path);
	}

	private HttpResponse<String> post(String path, String key, String contentType, String body) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
			.header("Content-Type", contentType)
			.POST(BodyPublishers.ofString(body));
		if (key != null) {
			request.header("Idempotency-Key", key);
		}
		return client.send(request.build(), BodyHandlers.ofString());
	}

}
