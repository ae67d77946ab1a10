package dev.idempotency.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation.Context;
import io.micrometer.observation.Observation.Event;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.util.unit.DataSize;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.WebClient;

import dev.idempotency.client.IdempotencyClientListener.Outcome;
import dev.idempotency.client.hostile.HostileServer;
import dev.idempotency.client.hostile.HostileServer.Behaviour;
import dev.idempotency.metrics.MicrometerClientListener;
import dev.idempotency.metrics.ObservationClientListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * How often and with what a call is tried, and what is told of it.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class AttemptsTests {

	private static final String ORDER = "{\"item\":\"book\"}";

	private static final IdempotencyClientSettings ONCE = IdempotencyClientSettings.defaults();

	private static final IdempotencyRetrySettings RETRY = IdempotencyRetrySettings.defaults()
		.withIntervals(Duration.ofMillis(1), Duration.ofMillis(5));

	private static final IdempotencyClientSettings SEVERAL = ONCE.withRetry(RETRY);

	private static final Behaviour CREATED = answer(201, "X-From: server", "");

	private static final Behaviour UNAVAILABLE = answer(503, "X-From: gateway", "try later");

	private static final Behaviour IN_FLIGHT = answer(409, "Retry-After: 0\r\nContent-Type: application/problem+json",
			"{\"type\":\"urn:idempotency:problem:in-flight\"}");

	private final List<String> calls = new CopyOnWriteArrayList<>();

	private final IdempotencyClientListener listener = (client, outcome, attempts, duration) -> this.calls
		.add(client.replaceFirst(":[0-9]+$", "") + " " + outcome + " " + attempts);

	private static Behaviour answer(int status, String headers, String body) {
		return (connection) -> {
			connection.read();
			connection.write("HTTP/1.1 " + status + " Reason\r\n" + headers
					+ "\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
		};
	}

	private void post(boolean reactive, String url, IdempotencyClientSettings settings,
			IdempotencyRetryPredicate predicate) {
		IdempotencyKeyGenerator generator = IdempotencyKeyGenerator.randomUuid();
		if (reactive) {
			WebClient.builder()
				.apply(new IdempotencyKeyFilter(settings, generator, predicate, this.listener)::customize)
				.build()
				.post()
				.uri(url + "/orders?secret=s")
				.bodyValue(ORDER)
				.retrieve()
				.toBodilessEntity()
				.block();
		}
		else {
			RestClient.builder()
				.requestFactory(new JdkClientHttpRequestFactory())
				.requestInterceptor(new IdempotencyKeyInterceptor(settings, generator, predicate, this.listener))
				.build()
				.post()
				.uri(url + "/orders?secret=s")
				.body(ORDER)
				.retrieve()
				.toBodilessEntity();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void theLastResponseIsNotLost(boolean reactive, CapturedOutput output) {
		try (HostileServer server = new HostileServer(UNAVAILABLE)) {
			assertThatExceptionOfType(UnknownOutcomeException.class)
				.isThrownBy(() -> post(reactive, server.url(), SEVERAL, (attempt) -> null))
				.satisfies((ex) -> {
					assertThat(ex.response().status().value()).isEqualTo(503);
					assertThat(ex.response().headers().getFirst("X-From")).isEqualTo("gateway");
					assertThat(ex.response().body()).asString().isEqualTo("try later");
					assertThat(ex.method()).isEqualTo(HttpMethod.POST);
					assertThat(ex.uri()).isEqualTo(URI.create(server.url() + "/orders?secret=s"));
					assertThat(ex).hasMessageContaining("POST " + server.url() + "/orders")
						.hasMessageContaining("503")
						.hasMessageNotContaining("secret");
					assertThat(output).containsOnlyOnce("It is not known whether POST " + server.url())
						.doesNotContain(ex.key(), "secret");
				});
			assertThat(server.requests()).hasSize(5);
			assertThat(this.calls).containsExactly("localhost UNKNOWN 5");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void waitsForAnAttemptThatIsStillRunningAsLongAsItMay(boolean reactive) {
		try (HostileServer server = new HostileServer(CREATED.butFirst(20, IN_FLIGHT))) {
			post(reactive, server.url(), ONCE.withRetry(RETRY.withBudget(5)), (attempt) -> null);
			assertThat(server.requests()).hasSize(21);
			assertThat(server.keys()).hasSize(1);
			assertThat(this.calls).containsExactly("localhost SUCCESS 21");
		}
	}

	@ParameterizedTest
	@CsvSource({ "false, 0, 250", "false, 500, 150", "true, 500, 150" })
	void anOutageIsNotMadeWorse(boolean reactive, int budget, int requests) {
		IdempotencyClientSettings settings = ONCE.withRetry(RETRY.withBudget(budget));
		IdempotencyKeyGenerator generator = IdempotencyKeyGenerator.randomUuid();
		try (HostileServer server = new HostileServer(UNAVAILABLE)) {
			RestClient blocking = RestClient.builder()
				.requestFactory(new JdkClientHttpRequestFactory())
				.requestInterceptor(new IdempotencyKeyInterceptor(settings, generator))
				.build();
			WebClient client = WebClient.builder()
				.apply(new IdempotencyKeyFilter(settings, generator)::customize)
				.build();
			for (int call = 0; call < 50; call++) {
				assertThatExceptionOfType(UnknownOutcomeException.class).isThrownBy(() -> {
					if (reactive) {
						client.post().uri(server.url()).bodyValue(ORDER).retrieve().toBodilessEntity().block();
					}
					else {
						blocking.post().uri(server.url()).body(ORDER).retrieve().toBodilessEntity();
					}
				});
			}
			assertThat(server.requests()).hasSize(requests);
		}
	}

	@Test
	void successesGiveTokensBack() {
		RetryBudget.Bucket bucket = new RetryBudget(11).of("server");
		assertThat(List.of(bucket.spend(), bucket.spend(), bucket.spend())).containsExactly(true, true, false);
		bucket.refill(true);
		assertThat(List.of(bucket.spend(), bucket.spend())).containsExactly(true, false);
		for (int success = 0; success < 4; success++) {
			bucket.refill(false);
		}
		assertThat(List.of(bucket.spend(), bucket.spend())).containsExactly(true, false);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void theApplicationHasTheFirstSay(boolean reactive) {
		try (HostileServer server = new HostileServer(CREATED.butFirst(1, answer(422, "X-Busy: true", "")))) {
			post(reactive, server.url(), SEVERAL, (attempt) -> attempt.headers().getFirst("X-Busy") != null);
			assertThat(server.requests()).hasSize(2);
		}
		try (HostileServer server = new HostileServer(HostileServer.Connection::read)) {
			assertThatExceptionOfType(UnknownOutcomeException.class)
				.isThrownBy(() -> post(reactive, server.url(), SEVERAL, (attempt) -> attempt.failure() == null));
			assertThat(server.requests()).hasSize(1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SUCCESS", "REPLAYED", "REFUSED", "FAILED", "UNKNOWN" })
	void callsWithoutRetryAreToldToo(Outcome outcome) {
		Behaviour behaviour = switch (outcome) {
			case REPLAYED -> answer(201, "Idempotent-Replayed: true", "");
			case REFUSED -> answer(422, "X-From: server", "");
			case FAILED -> UNAVAILABLE;
			case UNKNOWN -> HostileServer.Connection::read;
			default -> CREATED;
		};
		for (boolean reactive : new boolean[] { false, true }) {
			try (HostileServer server = new HostileServer(behaviour)) {
				post(reactive, server.url(), ONCE, (attempt) -> null);
			}
			catch (RuntimeException ex) {
				assertThat(outcome).isIn(Outcome.REFUSED, Outcome.FAILED, Outcome.UNKNOWN);
			}
		}
		assertThat(this.calls).containsExactly("localhost " + outcome + " 1", "localhost " + outcome + " 1");
	}

	@Test
	void filtersBehindOursRunForEachAttempt() {
		AtomicInteger tokens = new AtomicInteger();
		try (HostileServer server = new HostileServer(CREATED.butFirst(2, UNAVAILABLE))) {
			WebClient.builder()
				.apply(new IdempotencyKeyFilter(SEVERAL, IdempotencyKeyGenerator.randomUuid())::customize)
				.filter((request,
						next) -> next.exchange(ClientRequest.from(request)
							.header("Authorization", "Bearer " + tokens.incrementAndGet())
							.build()))
				.build()
				.post()
				.uri(server.url())
				.bodyValue(ORDER)
				.retrieve()
				.toBodilessEntity()
				.block();
			assertThat(server.requests()).flatExtracting((request) -> request.header("Authorization").toList())
				.containsExactly("Bearer 1", "Bearer 2", "Bearer 3");
			assertThat(server.requests()).flatExtracting((request) -> request.header("Content-Type").toList())
				.hasSize(3)
				.containsOnly("text/plain;charset=UTF-8");
		}
	}

	/**
	 * Nobody is to be behind the interceptor: what comes from there may have been sent.
	 */
	@Test
	void anExceptionFromBehindIsAnUnknownOutcome() {
		RestClient client = RestClient.builder()
			.requestInterceptor(new IdempotencyKeyInterceptor(ONCE, IdempotencyKeyGenerator.randomUuid()))
			.requestInterceptor((request, body, execution) -> {
				throw new UnsupportedOperationException("not today");
			})
			.build();
		assertThatException().isThrownBy(() -> client.post().uri("http://localhost").retrieve().toBodilessEntity())
			.isInstanceOf(UnknownOutcomeException.class)
			.havingRootCause()
			.isInstanceOf(UnsupportedOperationException.class);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aBodyThatIsNotToBeHeldInMemoryIsNotSent(boolean reactive) throws Exception {
		IdempotencyClientSettings small = SEVERAL.toBuilder()
			.maxRequestSize(DataSize.ofBytes(ORDER.length() - 1))
			.build();
		try (HostileServer server = new HostileServer(CREATED)) {
			assertThatException().isThrownBy(() -> post(reactive, server.url(), small, (attempt) -> null))
				.withStackTraceContaining("The request was not sent, because its body is larger than 14 bytes")
				.withStackTraceContaining("idempotency.client.max-request-size");
			post(reactive, server.url(), small.toBuilder().maxRequestSize(DataSize.ofBytes(ORDER.length())).build(),
					(attempt) -> null);
			assertThat(server.requests()).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "RestClient", "RestTemplate", "WebClient" })
	void aRetryIsAnEventOfTheObservationOfTheCall(String client) throws Exception {
		ObservationRegistry registry = ObservationRegistry.create();
		List<String> events = new CopyOnWriteArrayList<>();
		registry.observationConfig().observationHandler(new ObservationHandler<>() {

			@Override
			public void onEvent(Event event, Context context) {
				events.add(context.getName() + ": " + event.getName() + ", "
						+ event.getContextualName().replaceAll("[0-9]+ ms", "a moment"));
			}

			@Override
			public boolean supportsContext(Context context) {
				return true;
			}

		});
		IdempotencyKeyGenerator generator = IdempotencyKeyGenerator.randomUuid();
		IdempotencyClientListener retries = new ObservationClientListener(registry);
		IdempotencyKeyInterceptor interceptor = new IdempotencyKeyInterceptor(SEVERAL, generator, (attempt) -> null,
				retries);
		try (HostileServer server = new HostileServer(CREATED.butFirst(2, UNAVAILABLE))) {
			switch (client) {
				case "RestClient" -> RestClient.builder()
					.requestFactory(new JdkClientHttpRequestFactory())
					.observationRegistry(registry)
					.requestInterceptor(interceptor)
					.build()
					.post()
					.uri(server.url())
					.body(ORDER)
					.retrieve()
					.toBodilessEntity();
				case "RestTemplate" -> {
					RestTemplate template = new RestTemplate(new JdkClientHttpRequestFactory());
					template.setObservationRegistry(registry);
					template.setInterceptors(List.of(interceptor));
					template.postForEntity(server.url(), ORDER, Void.class);
				}
				default -> WebClient.builder()
					.observationRegistry(registry)
					.apply(new IdempotencyKeyFilter(SEVERAL, generator, (attempt) -> null, retries)::customize)
					.build()
					.post()
					.uri(server.url())
					.bodyValue(ORDER)
					.retrieve()
					.toBodilessEntity()
					.block();
			}
		}
		assertThat(events).containsExactly(
				"http.client.requests: idempotency.client.retry, Attempt 2 begins in a moment",
				"http.client.requests: idempotency.client.retry, Attempt 3 begins in a moment");
	}

	@Test
	void measuresCalls() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		MicrometerClientListener meters = new MicrometerClientListener(registry);
		meters.onEnd("orders", Outcome.NOT_SENT, 2, Duration.ofSeconds(1));
		meters.onEnd("orders", Outcome.SUCCESS, 60, Duration.ofSeconds(1));
		assertThat(registry.get("idempotency.client.calls")
			.tags("client", "orders", "outcome", "not-sent", "attempts", "2")
			.timer()
			.count()).isEqualTo(1);
		assertThat(
				registry.get("idempotency.client.calls").tags("outcome", "success", "attempts", "more").timer().count())
			.isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			7                              | Sun, 06 Nov 1994 08:49:30 GMT  | 7
			Sun, 06 Nov 1994 08:49:37 GMT  | Sun, 06 Nov 1994 08:49:30 GMT  | 7
			Tuesday, 05-Nov-30 08:49:37 GMT | Tue, 05 Nov 2030 08:49:30 GMT | 7
			Sun Nov  6 08:49:37 1994       | Sun, 06 Nov 1994 08:49:30 GMT  | 7
			Sun Nov 16 08:49:37 2025       | Sunday, 16-Nov-25 08:49:30 GMT | 7
			soon                           | Sun, 06 Nov 1994 08:49:30 GMT  |
			""")
	void readsRetryAfterInEachForm(String value, String date, Long seconds) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Retry-After", value);
		headers.set("Date", date);
		assertThat(RetryAfter.of(headers)).isEqualTo((seconds != null) ? Duration.ofSeconds(seconds) : null);
	}

	@Test
	void aDateWithoutDateIsComparedWithTheClock() {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Retry-After", "Tue, 05 Nov 2999 08:49:37 GMT");
		assertThat(RetryAfter.of(headers)).isGreaterThan(Duration.ofDays(365));
	}

	@Test
	void withoutResilience4jThereAreWordsAtTheStart() {
		Thread thread = Thread.currentThread();
		ClassLoader loader = thread.getContextClassLoader();
		thread.setContextClassLoader(new FilteredClassLoader("io.github.resilience4j"));
		try {
			assertThatIllegalStateException()
				.isThrownBy(() -> new IdempotencyKeyInterceptor(SEVERAL, IdempotencyKeyGenerator.randomUuid()))
				.withMessageContaining("io.github.resilience4j:resilience4j-retry");
		}
		finally {
			thread.setContextClassLoader(loader);
		}
	}

}
