package dev.idempotency.client;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import io.github.resilience4j.retry.RetryConfig;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

import dev.idempotency.behaviour.Store;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.client.Client.Orders;
import dev.idempotency.client.FaultyProxy.Fault;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many operations at once, to which anything may happen: what arrives at the server has
 * one key for an operation, and one operation for a key.
 */
@Timeout(600)
class ManyOperationsTests {

	private static final int OPERATIONS = 600;

	private static final int ATTEMPTS = 30;

	private static final String ORDER = "{\"item\":\"book\",\"quantity\":2}";

	private static final IdempotencyClientSettings ONCE = IdempotencyClientSettings.defaults();

	private static final IdempotencyClientSettings AGAIN = ONCE.withRetry(IdempotencyRetrySettings.builder()
		.maxAttempts(ATTEMPTS)
		.maxDuration(Duration.ofMinutes(10))
		.initialInterval(Duration.ofMillis(1))
		.maxInterval(Duration.ofMillis(50))
		.budget(0)
		.build());

	private static final List<Fault> FAULTS = List.of(Fault.NONE, Fault.LOST_REQUEST, Fault.RESET, Fault.LOST_RESPONSE,
			Fault.RESET_RESPONSE, Fault.CUT_RESPONSE, Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT);

	private static final Fault ANY = (request, client,
			target) -> FAULTS.get(ThreadLocalRandom.current().nextInt(FAULTS.size())).serve(request, client, target);

	private static final Pattern HEADERS = Pattern
		.compile("(?is)(?=.*\r\nx-case: *(?<operation>[^\r]*))(?=.*\r\nidempotency-key: *(?<key>[^\r]*)).*");

	private final TestApplication application = TestApplication.shared(Store.MEMORY, "server.tomcat.accept-count=1000");

	@ParameterizedTest
	@EnumSource
	void anOperationHasOneKeyAndAKeyOneOperation(Way way) {
		String run = UUID.randomUUID().toString();
		List<String> operations = IntStream.range(0, OPERATIONS).mapToObj((i) -> run + "-" + i).toList();
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(),
				Collections.nCopies(OPERATIONS, ANY).toArray(Fault[]::new))) {
			way.run(proxy.url(), operations);
			Map<String, Set<String>> keys = new TreeMap<>();
			Map<String, Set<String>> operationsOfKeys = new TreeMap<>();
			for (String request : proxy.requests()) {
				Matcher headers = HEADERS.matcher(request);
				assertThat(headers.matches()).as(request).isTrue();
				String operation = headers.group("operation");
				String key = headers.group("key");
				keys.computeIfAbsent(operation, (name) -> new TreeSet<>()).add(key);
				operationsOfKeys.computeIfAbsent(key, (value) -> new TreeSet<>()).add(operation);
			}
			assertThat(keys).hasSize(OPERATIONS).allSatisfy((name, all) -> assertThat(all).hasSize(1));
			assertThat(operationsOfKeys).hasSize(OPERATIONS).allSatisfy((key, all) -> assertThat(all).hasSize(1));
			assertThat(operations).allSatisfy((name) -> assertThat(this.application.executions().count(name)).isOne());
			assertThat(proxy.requests()).hasSizeGreaterThan(OPERATIONS);
		}
	}

	/**
	 * How the operations are sent.
	 */
	enum Way {

		/** On a thread each, and the client tries again itself. */
		THREADS {

			@Override
			void run(String url, List<String> operations) {
				Orders orders = Client.REST_CLIENT.to(url, AGAIN);
				onThreads(operations, (name) -> orders.post("orders", name, ORDER));
			}

		},

		/** On a thread each, in a scope with a retry around the client. */
		THREADS_WITH_SCOPES {

			@Override
			void run(String url, List<String> operations) {
				Orders orders = Client.REST_CLIENT.to(url, ONCE);
				io.github.resilience4j.retry.Retry retry = io.github.resilience4j.retry.Retry.of("orders",
						RetryConfig.custom().maxAttempts(ATTEMPTS).waitDuration(Duration.ofMillis(5)).build());
				onThreads(operations, (name) -> IdempotencyScope.create()
					.run(() -> retry.executeSupplier(() -> orders.post("orders", name, ORDER))));
			}

		},

		/** On a thread each, in one scope for all, with a name each. */
		THREADS_WITH_NAMES {

			@Override
			void run(String url, List<String> operations) {
				Orders orders = Client.REST_CLIENT.to(url, AGAIN);
				IdempotencyScope all = IdempotencyScope.create();
				onThreads(operations, (name) -> all
					.run(() -> IdempotencyScope.named(name).run(() -> orders.post("orders", name, ORDER))));
			}

		},

		/** Without threads, and the client tries again itself. */
		REACTIVE {

			@Override
			void run(String url, List<String> operations) {
				WebClient client = Client.webClient(url, AGAIN);
				reactively(operations, (name) -> order(client, name));
			}

		},

		/** Without threads, and subscribed to again. */
		REACTIVE_WITH_RETRY {

			@Override
			void run(String url, List<String> operations) {
				WebClient client = Client.webClient(url, ONCE);
				reactively(operations,
						(name) -> order(client, name).retryWhen(Retry.fixedDelay(ATTEMPTS, Duration.ofMillis(5))));
			}

		};

		abstract void run(String url, List<String> operations);

		private static void onThreads(List<String> operations, Consumer<String> operation) {
			ExecutorService threads = Executors.newFixedThreadPool(OPERATIONS, ManyOperationsTests.threads());
			CompletableFuture
				.allOf(operations.stream()
					.map((name) -> CompletableFuture.runAsync(() -> operation.accept(name), threads))
					.toArray(CompletableFuture<?>[]::new))
				.join();
			threads.shutdown();
		}

		private static void reactively(List<String> operations, Function<String, Mono<?>> operation) {
			Flux.fromIterable(operations).flatMap(operation, OPERATIONS).blockLast();
		}

		private static Mono<?> order(WebClient client, String name) {
			return client.post()
				.uri("/orders")
				.header("X-Case", name)
				.header("Content-Type", "application/json")
				.bodyValue(ORDER)
				.retrieve()
				.toEntity(String.class);
		}

	}

	/** Virtual ones from Java 21 on. */
	private static ThreadFactory threads() {
		try {
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			return (ThreadFactory) Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
		}
		catch (ReflectiveOperationException ex) {
			return Thread::new;
		}
	}

}
