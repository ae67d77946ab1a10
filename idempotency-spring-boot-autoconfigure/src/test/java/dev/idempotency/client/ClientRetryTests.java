package dev.idempotency.client;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.HttpStatusCodeException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.behaviour.Store;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.behaviour.app.Executions;
import dev.idempotency.client.Client.Orders;
import dev.idempotency.client.FaultyProxy.Fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * One effect, whatever happens between client and server: the retry that the library
 * brings, with each client, against a real server behind a bad connection.
 */
@Timeout(60)
class ClientRetryTests {

	private static final String ORDER = "{\"item\":\"book\",\"quantity\":2}";

	private static final IdempotencyRetrySettings RETRY = IdempotencyRetrySettings.defaults()
		.withIntervals(Duration.ofMillis(10), Duration.ofMillis(50));

	private static final IdempotencyClientSettings SETTINGS = IdempotencyClientSettings.defaults().withRetry(RETRY);

	private static final String PROBLEM = "{\"title\":\"{\",\"nested\":{\"type\":\"x\"},\"type\":\"%s\"}";

	/** Answers after which a further attempt helps nobody. */
	static final List<Fault> FINAL_ANSWERS = List.of(Fault.answer("400 Bad Request", "Retry-After: 0"),
			Fault.answer("422 Unprocessable Entity", "Retry-After: 0"), Fault.answer("409 Conflict", "Retry-After: 0"),
			Fault.answer("409 Conflict", "Content-Type: application/problem+json",
					PROBLEM.formatted("urn:idempotency:problem:outcome-unknown")),
			Fault.answer("409 Conflict", "Content-Type: application/json",
					PROBLEM.formatted("urn:idempotency:problem:in-flight")),
			Fault.answer("409 Conflict", "Content-Type: application/problem+json", "no JSON"),
			Fault.answer("500 Internal Server Error", "Idempotent-Replayed: true"),
			Fault.answer("501 Not Implemented", "Retry-After: 0"));

	private final TestApplication application = TestApplication.shared(Store.MEMORY);

	private final String name = UUID.randomUUID().toString();

	private int runs() {
		return this.application.executions().count(this.name);
	}

	static Stream<Arguments> clientsAndFaults() {
		return Stream.of(Client.values())
			.flatMap((client) -> Stream.of(Arguments.of(client, "lost request", Fault.LOST_REQUEST),
					Arguments.of(client, "reset", Fault.RESET),
					Arguments.of(client, "lost response", Fault.LOST_RESPONSE),
					Arguments.of(client, "reset response", Fault.RESET_RESPONSE),
					Arguments.of(client, "cut response", Fault.CUT_RESPONSE),
					Arguments.of(client, "delay", Fault.DELAY), Arguments.of(client, "503", Fault.UNAVAILABLE),
					Arguments.of(client, "504", Fault.GATEWAY_TIMEOUT)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("clientsAndFaults")
	void oneEffectWhateverHappens(Client client, String description, Fault fault) {
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(), fault, Fault.LOST_RESPONSE)) {
			ResponseEntity<String> response = client.to(proxy.url(), SETTINGS).post("orders", this.name, ORDER);
			assertThat(response.getStatusCode().value()).isEqualTo(201);
			assertThat(response.getBody()).contains("\"item\":\"book\"");
			IdempotentResponse idempotent = IdempotentResponse.of(response.getHeaders());
			assertThat(idempotent.replayed()).isTrue();
			assertThat(proxy.keys()).containsExactly("\"" + idempotent.key() + "\"");
			assertThat(proxy.requests()).hasSizeGreaterThanOrEqualTo(3);
			assertThat(runs()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	void afterTheLastAttemptTheOutcomeIsUnknownAndTheKeyFindsOut(Client client) {
		IdempotencyClientSettings settings = SETTINGS.withRetry(RETRY.withLimits(2, Duration.ofMinutes(1)));
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(), Fault.LOST_RESPONSE, Fault.LOST_RESPONSE)) {
			Orders orders = client.to(proxy.url(), settings);
			assertThatExceptionOfType(UnknownOutcomeException.class)
				.isThrownBy(() -> orders.post("orders", this.name, ORDER))
				.satisfies((ex) -> {
					assertThat(ex.attempts()).isEqualTo(2);
					assertThat(ex).hasMessageContaining("after 2 attempts").hasMessageNotContaining(ex.key());
					IdempotencyScope later = IdempotencyScope.of(new IdempotencyKey(ex.key()));
					ResponseEntity<String> response = later.call(() -> orders.post("orders", this.name, ORDER));
					assertThat(IdempotentResponse.of(response.getHeaders()).replayed()).isTrue();
				});
			assertThat(runs()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	void doesNotWaitLongerThanItMay(Client client) {
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(),
				Fault.answer("503 Service Unavailable", "Retry-After: 60"))) {
			assertThatExceptionOfType(UnknownOutcomeException.class)
				.isThrownBy(() -> client.to(proxy.url(), SETTINGS).post("orders", this.name, ORDER));
			assertThat(proxy.requests()).hasSize(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "REST_CLIENT", "WEB_CLIENT" })
	void waitsAsLongAsTheServerWants(Client client) {
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(), Fault.answer("503 Service Unavailable",
				"Date: Sun, 06 Nov 1994 08:49:36 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT"))) {
			long start = System.nanoTime();
			client.to(proxy.url(), SETTINGS).post("orders", this.name, ORDER);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "REST_CLIENT", "WEB_CLIENT" })
	void waitsForAFirstAttemptThatIsStillRunning(Client client) {
		try (Executions.Gate gate = this.application.executions().hold(this.name);
				FaultyProxy proxy = new FaultyProxy(this.application.port(), (request, socket, target) -> {
					new Thread(() -> forward(request, target)).start();
					gate.awaitArrival();
				}, (request, socket, target) -> {
					Fault.NONE.serve(request, socket, target);
					gate.open();
				})) {
			ResponseEntity<String> response = client.to(proxy.url(), SETTINGS).post("orders", this.name, ORDER);
			assertThat(response.getStatusCode().value()).isEqualTo(201);
			assertThat(IdempotentResponse.of(response.getHeaders()).replayed()).isTrue();
			assertThat(proxy.requests()).hasSizeGreaterThanOrEqualTo(3);
			assertThat(runs()).isEqualTo(1);
		}
	}

	@SuppressWarnings("resource")
	private static void forward(byte[] request, int target) {
		try {
			Fault.LOST_RESPONSE.serve(request, new Socket(), target);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@ParameterizedTest
	@FieldSource("FINAL_ANSWERS")
	void neverAfterAFinalAnswer(Fault answer) {
		for (Client client : List.of(Client.REST_CLIENT, Client.WEB_CLIENT)) {
			try (FaultyProxy proxy = new FaultyProxy(this.application.port(), answer)) {
				assertThatException()
					.isThrownBy(() -> client.to(proxy.url(), SETTINGS).post("orders", this.name, ORDER))
					.isInstanceOfAny(HttpStatusCodeException.class, WebClientResponseException.class);
				assertThat(proxy.requests()).hasSize(1);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatCertainlyHadNoEffectIsNoUnknownOutcome(Client client) {
		IdempotencyClientSettings settings = SETTINGS.withRetry(RETRY.withLimits(3, Duration.ofMinutes(1)));
		Fault refusal = Fault.answer("429 Too Many Requests", "Retry-After: 0");
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(), refusal, refusal, refusal)) {
			assertThatException().isThrownBy(() -> client.to(proxy.url(), settings).post("orders", this.name, ORDER))
				.isInstanceOfAny(HttpStatusCodeException.class, WebClientResponseException.class)
				.withMessageContaining("429");
			assertThat(proxy.requests()).hasSize(3);
		}
		assertThatException().isThrownBy(() -> client.to(closed(), settings).post("orders", this.name, ORDER))
			.isInstanceOfAny(ResourceAccessException.class, WebClientRequestException.class);
	}

	@ParameterizedTest
	@EnumSource(names = { "REST_CLIENT", "WEB_CLIENT" })
	void withoutASecureConnectionNothingWasSent(Client client) throws Exception {
		IdempotencyClientSettings settings = SETTINGS.withRetry(RETRY.withLimits(2, Duration.ofMinutes(1)));
		// Has no certificate
		try (ServerSocket server = new ServerSocket(0)) {
			CompletableFuture<Integer> connections = CompletableFuture.supplyAsync(() -> refuse(server, 2));
			assertThatException()
				.isThrownBy(() -> client.to("https://localhost:" + server.getLocalPort(), settings)
					.post("orders", this.name, ORDER))
				.isInstanceOfAny(ResourceAccessException.class, WebClientRequestException.class);
			assertThat(connections.get(30, TimeUnit.SECONDS)).isEqualTo(2);
		}
	}

	/** Goes on to read until the client has hung up, so that it gets the alert. */
	private static int refuse(ServerSocket server, int times) {
		int refused = 0;
		while (refused < times) {
			try (Socket connection = server.accept()) {
				refused++;
				refuse(connection);
				connection.getInputStream().transferTo(OutputStream.nullOutputStream());
			}
			catch (IOException ex) {
				// The client has hung up
			}
		}
		return refused;
	}

	private static void refuse(Socket connection) {
		SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
		try (SSLSocket secured = (SSLSocket) factory.createSocket(connection, null, false)) {
			secured.startHandshake();
		}
		catch (IOException ex) {
			// There is no certificate
		}
	}

	/** Where nobody listens any more. */
	private String closed() {
		try (FaultyProxy proxy = new FaultyProxy(this.application.port())) {
			return proxy.url();
		}
	}

	/** What the documentation warns of. */
	@Test
	void interceptorsBehindOursSeeTheFirstAttemptOnly() {
		List<String> seen = new CopyOnWriteArrayList<>();
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(), Fault.LOST_RESPONSE)) {
			RestClient client = Client.restClient(proxy.url(), SETTINGS)
				.mutate()
				.requestInterceptors((interceptors) -> interceptors.add(0, observer("before", seen)))
				.requestInterceptor(observer("behind", seen))
				.build();
			client.post()
				.uri("/orders")
				.header("X-Case", this.name)
				.contentType(MediaType.APPLICATION_JSON)
				.body(ORDER)
				.retrieve()
				.toBodilessEntity();
			assertThat(proxy.requests()).hasSize(2);
			assertThat(seen).containsExactly("before", "behind");
		}
	}

	private static ClientHttpRequestInterceptor observer(String place, List<String> seen) {
		return (request, body, execution) -> {
			seen.add(place);
			return execution.execute(request, body);
		};
	}

	@Test
	void theServersVerdictWins() {
		IdempotencyClientSettings settings = SETTINGS.withRetry(RETRY.withVerdictHeader("Stripe-Should-Retry"));
		for (Client client : List.of(Client.REST_CLIENT, Client.WEB_CLIENT)) {
			try (FaultyProxy proxy = new FaultyProxy(this.application.port(),
					Fault.answer("409 Conflict", "Stripe-Should-Retry: true"),
					Fault.answer("500 Internal Server Error", "Stripe-Should-Retry: false"))) {
				assertThatException()
					.isThrownBy(() -> client.to(proxy.url(), settings).post("orders", this.name, ORDER))
					.withMessageContaining("500");
				assertThat(proxy.requests()).hasSize(2);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "REST_CLIENT", "REST_TEMPLATE" })
	void stopsWhenTheThreadIsInterrupted(Client client) throws Exception {
		IdempotencyClientSettings settings = SETTINGS
			.withRetry(RETRY.withIntervals(Duration.ofSeconds(50), Duration.ofSeconds(50)));
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(), Fault.LOST_RESPONSE)) {
			CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
			Thread thread = new Thread(() -> {
				try {
					client.to(proxy.url(), settings).post("orders", this.name, ORDER);
				}
				catch (UnknownOutcomeException ex) {
					interrupted.complete(Thread.currentThread().isInterrupted());
				}
			});
			thread.start();
			Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING && runs() == 1);
			thread.interrupt();
			assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
			assertThat(proxy.requests()).hasSize(1);
		}
	}

}
