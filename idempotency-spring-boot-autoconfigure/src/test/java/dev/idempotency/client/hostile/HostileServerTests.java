package dev.idempotency.client.hostile;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;

import dev.idempotency.client.IdempotencyClientSettings;
import dev.idempotency.client.IdempotencyRetrySettings;
import dev.idempotency.client.UnknownOutcomeException;
import dev.idempotency.client.hostile.Caller.Orders;
import dev.idempotency.client.hostile.Caller.Transport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every client on every library against every fault: one key and the same bytes at the
 * server, and at the caller an answer or the words that there is none.
 */
class HostileServerTests {

	private static final int ATTEMPTS = 3;

	private static final IdempotencyClientSettings ONCE = IdempotencyClientSettings.defaults();

	private static final IdempotencyClientSettings SEVERAL = ONCE.withRetry(IdempotencyRetrySettings.defaults()
		.withIntervals(Duration.ofMillis(10), Duration.ofMillis(50))
		.withLimits(ATTEMPTS, Duration.ofMinutes(1)));

	/**
	 * Which part of the cells is run: {@code -Dhostile.share=2/3} is the second third.
	 */
	private static final int[] SHARE = Arrays.stream(System.getProperty("hostile.share", "1/12").split("/"))
		.mapToInt(Integer::parseInt)
		.toArray();

	private static final ExecutorService threads = Executors.newFixedThreadPool(32);

	@AfterAll
	static void stop() {
		threads.shutdownNow();
	}

	@TestFactory
	Stream<DynamicTest> cells() {
		// All at once: most of them wait
		List<DynamicTest> cells = Stream.of(Library.values()).flatMap(HostileServerTests::callers).toList();
		return cells.stream();
	}

	private static Stream<DynamicTest> callers(Library library) {
		boolean reactive = library != Library.SIMPLE;
		Transport transport = new Transport(library.requestFactory(), reactive ? library.connector() : null);
		return Stream.of(Caller.values())
			.filter((caller) -> reactive || !caller.isReactive())
			.flatMap((caller) -> cells(caller + " on " + library, caller, transport));
	}

	private static Stream<DynamicTest> cells(String name, Caller caller, Transport transport) {
		Orders once = caller.orders(transport, ONCE);
		Orders several = caller.orders(transport, SEVERAL);
		Map<String, Cell> cells = new LinkedHashMap<>();
		cells.put(name + ": connection refused", () -> refused(once));
		cells.put(name + ": connection refused again and again", () -> refused(several));
		for (Fault fault : Fault.ALL) {
			cells.put(name + ": " + fault, () -> check(once, fault, fault.once()));
			cells.put(name + ": " + fault + " again and again", () -> check(several, fault, fault.always()));
			cells.put(name + ": " + fault + " at first", () -> check(several, curable(fault), fault.curable()));
		}
		return cells.entrySet()
			.stream()
			.filter((cell) -> Math.floorMod(cell.getKey().hashCode(), SHARE[1]) == SHARE[0] - 1)
			.map((cell) -> test(cell.getKey(), cell.getValue()));
	}

	private static DynamicTest test(String name, Cell cell) {
		Future<?> result = threads.submit(() -> {
			cell.check();
			return null;
		});
		return DynamicTest.dynamicTest(name, () -> {
			try {
				result.get(60, TimeUnit.SECONDS);
			}
			catch (ExecutionException ex) {
				throw ex.getCause();
			}
		});
	}

	private static Fault curable(Fault fault) {
		return new Fault(fault.name(), Fault.NONE.butFirst(1, fault.behaviour()), 0, 0, 0);
	}

	private static void check(Orders orders, Fault fault, int expected) {
		String order = "{\"item\":\"" + fault + "\"}";
		try (HostileServer server = new HostileServer(fault.behaviour())) {
			int outcome = outcome(orders, server.url(), order, expected);
			if (outcome != Fault.NOT_SENT || !server.requests().isEmpty()) {
				assertThat(outcome).isEqualTo(expected);
			}
			assertThat(server.keys()).hasSizeLessThanOrEqualTo(1);
			assertThat(server.requests()).allSatisfy((request) -> {
				assertThat(request.header("Idempotency-Key")).hasSize(1);
				assertThat(new String(request.body(), StandardCharsets.UTF_8)).isEqualTo(order);
			});
		}
	}

	private static void refused(Orders orders) throws IOException {
		// Has a port, but does not listen
		try (Socket nobody = new Socket()) {
			nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			assertThat(outcome(orders, "http://localhost:" + nobody.getLocalPort(), "{}", Fault.NOT_SENT))
				.isEqualTo(Fault.NOT_SENT);
		}
	}

	/** What the caller sees; an exception that is none of the three goes on. */
	private static int outcome(Orders orders, String url, String order, int expected) {
		try {
			ResponseEntity<String> response = orders.post(url, order);
			assertThat(response.getBody()).isEqualTo(Fault.BODY);
			return response.getStatusCode().value();
		}
		catch (UnknownOutcomeException ex) {
			if (expected != Fault.UNKNOWN) {
				throw ex;
			}
			assertThat(ex.key()).isNotEmpty();
			return Fault.UNKNOWN;
		}
		catch (RestClientResponseException ex) {
			return ex.getStatusCode().value();
		}
		catch (WebClientResponseException ex) {
			// What fails while it is read comes as a cause
			return (ex.getCause() instanceof UnknownOutcomeException) ? Fault.UNKNOWN : ex.getStatusCode().value();
		}
		catch (ResourceAccessException | WebClientRequestException ex) {
			return Fault.NOT_SENT;
		}
	}

	private interface Cell {

		void check() throws IOException;

	}

}
