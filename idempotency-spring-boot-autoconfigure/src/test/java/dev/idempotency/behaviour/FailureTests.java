package dev.idempotency.behaviour;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.test.PostgresServer;
import dev.idempotency.test.RedisServers;
import dev.idempotency.test.TcpProxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Section 5 of the behaviour: clients, repositories and applications that go away.
 */
class FailureTests {

	@ParameterizedTest
	@EnumSource
	@DisplayName("5.4 the client disconnects while the handler runs: recorded all the same")
	void theClientDisconnects(Store store) {
		TestApplication application = TestApplication.shared(store);
		for (String target : List.of("/instant", "/large/1000000", "/annotated/stream-large")) {
			String name = UUID.randomUUID().toString();
			try (Gate gate = application.executions().hold(name); RawConnection wire = RawConnection.to(application)) {
				wire.send(RawConnection.post(target, name));
				gate.awaitArrival();
				wire.hangUp();
			}
			Answer replay = await().until(() -> retry(application, target, name), (answer) -> answer.status() != 409);
			assertThat(replay.status()).isEqualTo(200);
			assertThat(replay.isReplay()).isTrue();
			assertThat(replay.body()).isNotEmpty();
			assertThat(application.executions().count(name)).isEqualTo(1);
		}
	}

	private static Answer retry(TestApplication application, String target, String name) {
		try (RawConnection wire = RawConnection.to(application)) {
			return wire.send(RawConnection.post(target, name)).receive();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "REDIS" })
	@DisplayName("5.5 the repository is down: 503 with Retry-After, the handler does not run; later it does")
	void theRepositoryIsDown(Store store) {
		try (TcpProxy proxy = proxy(store); TestApplication application = behind(proxy, store)) {
			Call recorded = Call.order(application);
			Answer first = recorded.send().assertFirst(201);
			proxy.cut();
			Call call = Call.order(application);
			assertUnavailable(call.send());
			assertUnavailable(call.send());
			assertUnavailable(recorded.send());
			Operator operator = Operator.of(application);
			Operator.assertProblem(operator.get(Operator.query(recorded.key(), "")), 503);
			Operator.assertProblem(operator.free(recorded), 503);
			assertThat(call.executions()).isZero();
			Call.post(application, "/plain").send().assertFirst(200);
			proxy.heal();
			Answer late = await().until(call::send, (answer) -> answer.status() != 503);
			call.send().assertReplayOf(late.assertFirst(201));
			assertThat(call.executions()).isEqualTo(1);
			recorded.send().assertReplayOf(first);
			assertThat(outcomes(application, "error")).isGreaterThanOrEqualTo(3);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "REDIS" })
	@DisplayName("5.5 the repository is down, and on-repository-failure=proceed: runs unprotected, and is counted")
	void theRepositoryIsDownButRequestsProceed(Store store) {
		try (TcpProxy proxy = proxy(store);
				TestApplication application = behind(proxy, store, "idempotency.on-repository-failure=proceed")) {
			Call.order(application).send().assertFirst(201);
			proxy.cut();
			Call call = Call.order(application);
			call.send().assertFirst(201);
			assertThat(call.executions()).isEqualTo(1);
			assertThat(outcomes(application, "bypass")).isEqualTo(1);
			call.send().assertFirst(201);
			assertThat(call.executions()).isEqualTo(2);
			assertThat(outcomes(application, "bypass")).isEqualTo(2);
			call.withoutKey().send().assertProblem(400, "key-missing");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "POSTGRESQL", "REDIS" })
	@DisplayName("5.5 the repository hangs: each request waits for a bounded time, others go on")
	void theRepositoryHangs(Store store) {
		try (TcpProxy proxy = proxy(store);
				TestApplication application = behind(proxy, store);
				Together together = new Together()) {
			Call.order(application).send().assertFirst(201);
			proxy.hang();
			List<Call> calls = IntStream.range(0, 20).mapToObj((i) -> Call.order(application)).toList();
			List<Future<Answer>> answers = calls.stream().map((call) -> together.meanwhile(call::send)).toList();
			proxy.awaitVictim();
			Call.post(application, "/plain").send().assertFirst(200);
			Call.order(application).withoutKey().send().assertProblem(400, "key-missing");
			answers.forEach((answer) -> assertUnavailable(Together.get(answer)));
			assertThat(calls).allSatisfy((call) -> assertThat(call.executions()).isZero());
			proxy.heal();
			Call late = Call.order(application);
			Answer first = await().until(late::send, (answer) -> answer.status() != 503).assertFirst(201);
			late.send().assertReplayOf(first);
			assertThat(late.executions()).isEqualTo(1);
		}
	}

	private static void assertUnavailable(Answer answer) {
		answer.assertProblem(503, "repository-unavailable");
		assertThat(Integer.parseInt(String.valueOf(answer.header("Retry-After")))).isPositive();
	}

	/** How many requests ended that way, as the actuator tells it. */
	private static int outcomes(TestApplication application, String outcome) {
		Answer answer = Call
			.post(application,
					"/actuator/metrics/idempotency.requests?tag=operation:order-controller-create&tag=outcome:"
							+ outcome)
			.method("GET")
			.send()
			.assertFirst(200);
		String text = answer.text().replaceAll(".*\"statistic\":\"COUNT\",\"value\":([0-9]+)\\.0.*", "$1");
		return Integer.parseInt(text);
	}

	static TcpProxy proxy(Store store) {
		if (store == Store.REDIS) {
			return new TcpProxy(RedisServers.standalone().getHostName(), RedisServers.standalone().getPort());
		}
		URI address = URI.create(PostgresServer.jdbcUrl("failures").substring("jdbc:".length()));
		return new TcpProxy(address.getHost(), address.getPort());
	}

	static TestApplication behind(TcpProxy proxy, Store store, String... more) {
		List<String> properties = new ArrayList<>(store.properties("failures"));
		if (store == Store.REDIS) {
			properties.removeIf((property) -> property.startsWith("spring.data.redis"));
			properties.add("spring.data.redis.host=127.0.0.1");
			properties.add("spring.data.redis.port=" + proxy.port());
		}
		else {
			properties.removeIf((property) -> property.startsWith("spring.datasource.url"));
			URI address = URI.create(PostgresServer.jdbcUrl("failures").substring("jdbc:".length()));
			properties.add("spring.datasource.url=jdbc:postgresql://127.0.0.1:" + proxy.port() + address.getPath() + "?"
					+ address.getQuery());
			properties.add("spring.datasource.hikari.connection-timeout=1000");
			properties.add("spring.datasource.hikari.validation-timeout=500");
		}
		properties.add("idempotency.repository-timeout=1s");
		properties.addAll(List.of(more));
		return TestApplication.start(OrdersApplication.class, properties);
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "MEMORY")
	@DisplayName("5.8 after a restart of the application records are still there")
	void theApplicationRestarts(Store store, @TempDir Path directory) {
		List<String> properties = (store != Store.H2) ? store.properties("restart")
				: List.of("idempotency.repository=jdbc", "idempotency.jdbc.initialize-schema=always",
						"spring.datasource.url=jdbc:h2:file:" + directory.resolve("orders"));
		Answer first;
		Call call;
		try (TestApplication application = TestApplication.start(OrdersApplication.class, properties)) {
			call = Call.order(application);
			first = call.send().assertFirst(201);
		}
		try (TestApplication application = TestApplication.start(OrdersApplication.class, properties)) {
			Call again = call.on(application);
			again.send().assertReplayOf(first);
			again.json("{}").send().assertProblem(422, "key-reused");
			assertThat(again.executions()).isZero();
		}
	}

}
