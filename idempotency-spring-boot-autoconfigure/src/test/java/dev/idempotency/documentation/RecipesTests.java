package dev.idempotency.documentation;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.server.ResponseStatusException;

import dev.idempotency.IdempotencyException;
import dev.idempotency.IdempotencyKey;
import dev.idempotency.Idempotent;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.web.IdempotencyKeyResolver;
import dev.idempotency.web.IdempotencyScopeResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the short examples of several pages: a tenant, a key in the body, a member of all
 * problems, a ttl of one operation.
 */
class RecipesTests {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private static TestApplication application;

	@BeforeAll
	static void start() {
		application = TestApplication.start(RecipesApplication.class, List.of("idempotency.repository=memory",
				"spring.datasource.url=jdbc:h2:mem:unused", "idempotency.operations.refund.ttl=72h"));
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	void tenantsHaveKeysOfTheirOwn() {
		String body = body(UUID.randomUUID());
		assertThat(isReplay(send("/transfers", "ada", body))).isFalse();
		assertThat(isReplay(send("/transfers", "grace", body))).isFalse();
		assertThat(isReplay(send("/transfers", "ada", body))).isTrue();
	}

	@Test
	void whoHasNoTenantIsRefused() {
		HttpResponse<String> refused = exchange(request("/transfers").header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(body(UUID.randomUUID()))));
		assertThat(refused.statusCode()).isEqualTo(403);
	}

	@Test
	void theKeyIsInTheBody() {
		HttpResponse<String> refused = send("/transfers", "ada", "{}");
		assertThat(refused.statusCode()).isEqualTo(400);
		assertThat(refused.body()).contains("key-missing");
	}

	@Test
	void problemsHaveACode() {
		UUID key = UUID.randomUUID();
		send("/transfers", "ada", body(key));
		HttpResponse<String> refused = send("/transfers", "ada", body(key).replace("\"amount\":5", "\"amount\":6"));
		assertThat(refused.statusCode()).isEqualTo(422);
		assertThat(refused.body()).contains("key-reused", "\"code\":\"IdempotencyKeyReusedException\"");
		assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(refused.headers().firstValue("Cache-Control")).hasValue("no-store");
	}

	@Test
	void operationsHaveATtlOfTheirOwn() throws IOException {
		JsonNode overview = new ObjectMapper().readTree(exchange(request("/actuator/idempotency").GET()).body());
		assertThat(overview.at("/operations/transfer/0/settings/ttl").asText()).isEqualTo("PT48H");
		assertThat(overview.at("/operations/refund/0/settings/ttl").asText()).isEqualTo("PT72H");
	}

	private static String body(UUID key) {
		return "{\"requestId\":\"" + key + "\",\"amount\":5}";
	}

	private static boolean isReplay(HttpResponse<String> response) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
		return response.headers().firstValue("Idempotent-Replayed").isPresent();
	}

	private static HttpResponse<String> send(String path, String tenant, String body) {
		return exchange(request(path).header("X-User", tenant)
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(body)));
	}

	private static HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + application.port() + path));
	}

	private static HttpResponse<String> exchange(HttpRequest.Builder request) {
		try {
			return CLIENT.send(request.build(), BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@Import({ Transfers.class, ProblemsWithCode.class, TenantFilter.class })
	static class RecipesApplication {

		/** The tenant, as a filter behind the authentication has put it there. */
		@Bean
		IdempotencyScopeResolver tenantScopeResolver() {
			return (request) -> {
				Object tenant = request.getAttribute("tenant");
				if (tenant == null) {
					throw new ResponseStatusException(HttpStatus.FORBIDDEN, "No tenant");
				}
				return tenant.toString();
			};
		}

		/** The field "requestId" of the body, unless there is a key in the header. */
		@Bean
		IdempotencyKeyResolver keyResolver(ObjectMapper json) {
			return (request, operation) -> {
				IdempotencyKey header = operation.keyParser().parse(request);
				return (header != null) ? header.value()
						: json.readTree(request.getReader()).path("requestId").textValue();
			};
		}

	}

	@RestController
	static class Transfers {

		@PostMapping("/transfers")
		@Idempotent(operation = "transfer", ttl = "${transfers.replay:48h}")
		ResponseEntity<Map<String, Object>> create(@RequestBody Map<String, Object> transfer) {
			return ResponseEntity.status(HttpStatus.CREATED).body(transfer);
		}

		@PostMapping("/refunds")
		@Idempotent(operation = "refund", ttl = "1h")
		void refund() {
			// Only its settings matter
		}

	}

	@RestControllerAdvice
	static class ProblemsWithCode {

		@ExceptionHandler
		ResponseEntity<ProblemDetail> refused(IdempotencyException refusal) {
			ProblemDetail problem = refusal.getBody();
			problem.setProperty("code", refusal.getClass().getSimpleName());
			return ResponseEntity.status(problem.getStatus()).headers(refusal.getHeaders()).body(problem);
		}

	}

	/**
	 * Stands for the authentication.
	 */
	static class TenantFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			request.setAttribute("tenant", request.getHeader("X-User"));
			chain.doFilter(request, response);
		}

	}

}
