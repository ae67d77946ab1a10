package dev.idempotency.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.client.RestTemplateBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.Idempotent;
import dev.idempotency.behaviour.Store;
import dev.idempotency.behaviour.TestApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an idempotent operation asks of the next service, it asks once, however often it
 * runs.
 */
class ChainTests {

	private static final TestApplication next = TestApplication.shared(Store.MEMORY);

	private static final TestApplication chain = start("next=http://localhost:" + next.port(),
			"idempotency.client.derive-keys=true");

	private final String name = UUID.randomUUID().toString();

	private static TestApplication start(String... properties) {
		List<String> all = new ArrayList<>(
				List.of("idempotency.repository=memory", "spring.datasource.url=jdbc:h2:mem:unused"));
		all.addAll(List.of(properties));
		return TestApplication.start(ChainApplication.class, all);
	}

	@AfterAll
	static void stop() {
		chain.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/baskets", "/named", "/async", "/callable", "/web-async-task", "/reactive" })
	void aHandlerThatRunsAgainDoesNotChargeTwice(String path) {
		String key = UUID.randomUUID().toString();
		assertThat(call(chain, path, key, "first").getStatusCode()).isEqualTo(HttpStatus.INTERNAL_SERVER_ERROR);
		ResponseEntity<String> second = call(chain, path, key, "second");
		assertThat(second.getStatusCode()).isEqualTo(HttpStatus.OK);
		assertThat(second.getBody()).doesNotContain(key);
		assertThat(next.executions().count(this.name)).isEqualTo(path.equals("/named") ? 3 : 1);
		assertThat(call(chain, path, UUID.randomUUID().toString(), "second").getBody()).isNotEqualTo(second.getBody());
		assertThat(next.executions().count(this.name)).isEqualTo(path.equals("/named") ? 6 : 2);
	}

	/** As after a crash that took everything with it that the first process knew. */
	@Test
	void anotherProcessAsksForTheSame() {
		try (TestApplication other = start("next=http://localhost:" + next.port(),
				"idempotency.client.derive-keys=true")) {
			String key = UUID.randomUUID().toString();
			assertThat(call(other, "/baskets", key, "second").getBody())
				.isEqualTo(call(chain, "/baskets", key, "second").getBody());
			assertThat(next.executions().count(this.name)).isEqualTo(1);
		}
	}

	@Test
	void theRestIsLeftAlone() {
		assertThat(call(chain, "/plain", this.name, "second").getBody()).isEqualTo("none");
		assertThat(call(chain, "/baskets", UUID.randomUUID().toString(), "second").getStatusCode())
			.isEqualTo(HttpStatus.OK);
		assertThat(call(chain, "/plain", this.name, "second").getBody()).isEqualTo("none");
	}

	@Test
	void byDefaultEveryCallHasANewKey() {
		try (TestApplication bare = start("next=http://localhost:" + next.port())) {
			String key = UUID.randomUUID().toString();
			call(bare, "/baskets", key, "first");
			call(bare, "/baskets", key, "second");
			assertThat(next.executions().count(this.name)).isEqualTo(2);
			assertThat(call(bare, "/two-equal", UUID.randomUUID().toString(), "second").getStatusCode())
				.isEqualTo(HttpStatus.OK);
			assertThat(next.executions().count(this.name)).isEqualTo(4);
			String opened = UUID.randomUUID().toString();
			call(bare, "/opened", opened, "first");
			assertThat(call(bare, "/opened", opened, "second").getStatusCode()).isEqualTo(HttpStatus.OK);
			assertThat(next.executions().count(this.name)).isEqualTo(5);
		}
	}

	/** The first run failed and freed its key, and the next one wants something else. */
	@Test
	void aCorrectedRequestAsksForSomethingElse() {
		String key = UUID.randomUUID().toString();
		call(chain, "/baskets", key, "first");
		assertThat(call(chain, "/baskets?item=pen", key, "second").getStatusCode()).isEqualTo(HttpStatus.OK);
		assertThat(next.executions().count(this.name)).isEqualTo(2);
	}

	@ParameterizedTest
	@CsvSource({ "/deferred, true", "/started, true", "/deferred-with-scope, false", "/callable, false",
			"/reactive, false" })
	@ExtendWith(OutputCaptureExtension.class)
	void saysOnceThatAScopeIsLost(String path, boolean lost, CapturedOutput output) {
		try (TestApplication other = start("next=http://localhost:" + next.port(),
				"idempotency.client.derive-keys=true")) {
			for (int i = 0; i < 3; i++) {
				assertThat(call(other, path, UUID.randomUUID().toString(), "second").getStatusCode())
					.isEqualTo(HttpStatus.OK);
			}
			assertThat(output.getOut().lines().filter((line) -> line.contains("goes on elsewhere without its scope")))
				.hasSize(lost ? 1 : 0)
				.allMatch((line) -> line.contains("IdempotencyScope.current()"));
		}
	}

	private ResponseEntity<String> call(TestApplication application, String path, String key, String run) {
		return RestClient.create("http://localhost:" + application.port())
			.post()
			.uri(path)
			.header("Idempotency-Key", key)
			.header("X-Case", this.name)
			.header("X-Run", run)
			.retrieve()
			.onStatus((status) -> true, (request, response) -> {
			})
			.toEntity(String.class);
	}

	/**
	 * An application between a client and the next service.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(BasketController.class)
	static class ChainApplication {

		@Bean
		RestClient nextService(RestTemplateBuilder builder, IdempotencyKeyInterceptor interceptor,
				@Value("${next}") String url) {
			return RestClient.builder(builder.additionalInterceptors(interceptor).rootUri(url).build()).build();
		}

		@Bean
		WebClient reactiveNextService(IdempotencyKeyFilter filter, @Value("${next}") String url) {
			return WebClient.builder().baseUrl(url).apply(filter::customize).build();
		}

	}

	@RestController
	static class BasketController {

		private final RestClient next;

		private final WebClient reactiveNext;

		BasketController(RestClient next, WebClient reactiveNext) {
			this.next = next;
			this.reactiveNext = reactiveNext;
		}

		/** Fails after its work, as if the process had died. */
		@PostMapping("/baskets")
		@Idempotent
		String order(HttpServletRequest request) {
			String item = request.getParameter("item");
			String key = order(request.getHeader("X-Case"), (item != null) ? item : "book");
			fail(request);
			return key;
		}

		@PostMapping("/two-equal")
		@Idempotent
		String orderTwice(HttpServletRequest request) {
			return order(request) + order(request);
		}

		@PostMapping("/opened")
		@Idempotent
		String orderInAScope(HttpServletRequest request) {
			return IdempotencyScope.derivedFrom(new IdempotencyKey(request.getHeader("X-Case")))
				.call(() -> order(request));
		}

		@PostMapping("/callable")
		@Idempotent
		Callable<String> orderInCallable(HttpServletRequest request) {
			return () -> order(request);
		}

		@PostMapping("/web-async-task")
		@Idempotent
		WebAsyncTask<String> orderInTask(HttpServletRequest request) {
			return new WebAsyncTask<>(() -> order(request));
		}

		@PostMapping("/reactive")
		@Idempotent
		Mono<String> orderReactively(HttpServletRequest request) {
			String name = request.getHeader("X-Case");
			boolean fails = "first".equals(request.getHeader("X-Run"));
			return Mono.delay(Duration.ofMillis(1))
				.then(Mono.defer(() -> this.reactiveNext.post()
					.uri("/orders")
					.header("X-Case", name)
					.contentType(MediaType.APPLICATION_JSON)
					.bodyValue("{\"item\":\"book\",\"quantity\":2}")
					.retrieve()
					.toEntity(String.class)))
				.map((response) -> {
					if (fails) {
						throw new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR);
					}
					return IdempotentResponse.of(response.getHeaders()).key();
				});
		}

		@PostMapping("/deferred")
		@Idempotent
		DeferredResult<String> orderElsewhere(HttpServletRequest request) {
			return elsewhere(request, null);
		}

		@PostMapping("/deferred-with-scope")
		@Idempotent
		DeferredResult<String> orderElsewhereInTheScope(HttpServletRequest request) {
			return elsewhere(request, IdempotencyScope.current());
		}

		private DeferredResult<String> elsewhere(HttpServletRequest request, @Nullable IdempotencyScope scope) {
			String name = request.getHeader("X-Case");
			DeferredResult<String> result = new DeferredResult<>();
			new Thread(() -> result
				.setResult((scope != null) ? scope.call(() -> order(name, "book")) : order(name, "book"))).start();
			return result;
		}

		@PostMapping("/started")
		@Idempotent
		void orderOnAnotherThread(HttpServletRequest request, HttpServletResponse response) {
			String name = request.getHeader("X-Case");
			AsyncContext context = request.startAsync();
			context.start(() -> {
				response.setHeader("X-Key", order(name, "book"));
				context.complete();
			});
		}

		@PostMapping("/async")
		@Idempotent
		Callable<String> orderLater(HttpServletRequest request) {
			IdempotencyScope scope = IdempotencyScope.current();
			String name = request.getHeader("X-Case");
			return () -> scope.call(() -> {
				String key = order(name, "book");
				fail(request);
				return key;
			});
		}

		@PostMapping("/named")
		@Idempotent
		String orderAll(HttpServletRequest request) {
			StringBuilder keys = new StringBuilder();
			for (String item : List.of("book", "pen", "ink")) {
				keys.append(IdempotencyScope.named(item).call(() -> order(request.getHeader("X-Case"), item)));
			}
			fail(request);
			return keys.toString();
		}

		@PostMapping("/plain")
		String plain() {
			return (IdempotencyScope.current() == null) ? "none" : "left over";
		}

		private String order(String name, String item) {
			ResponseEntity<String> response = this.next.post()
				.uri("/orders")
				.header("X-Case", name)
				.contentType(MediaType.APPLICATION_JSON)
				.body("{\"item\":\"" + item + "\",\"quantity\":2}")
				.retrieve()
				.toEntity(String.class);
			return IdempotentResponse.of(response.getHeaders()).key();
		}

		private static void fail(HttpServletRequest request) {
			if ("first".equals(request.getHeader("X-Run"))) {
				throw new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR);
			}
		}

	}

}
