package dev.idempotency.behaviour;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.regex.Pattern;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.test.RedisNode;
import dev.idempotency.test.ReplicatedRedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Section 5 of the behaviour, for records that a replica of Redis has to acknowledge.
 */
class ReplicaTests {

	private static final Pattern WAITED_AGAIN = Pattern.compile("cmdstat_wait:calls=([2-9]|\\d\\d)");

	@Test
	@DisplayName("5.5 the replica is away: 503 for new keys, replays go on, and the key is free when it is back")
	void theReplicaIsAwayAndBack() {
		try (ReplicatedRedis servers = ReplicatedRedis.standalone();
				TestApplication application = start(servers);
				LogCapture log = new LogCapture();
				Together together = new Together()) {
			Call recorded = Call.order(application);
			Answer first = recorded.send().assertFirst(201);
			Call running = Call.order(application);
			Future<Answer> runningAnswer;
			Call refused = Call.order(application);
			try (Gate gate = running.hold()) {
				runningAnswer = together.meanwhile(running::send);
				gate.awaitArrival();
				servers.suspendReplicas();
				refused.send().assertProblem(503, "repository-unavailable");
				assertThat(refused.executions()).isZero();
				assertThat(log.ofLibrary()).anyMatch((message) -> message
					.contains("Only 0 of 1 replicas acknowledged the call 'claim' within 1000 ms"));
				recorded.send().assertReplayOf(first);
				servers.master().call((commands) -> commands.configResetstat());
			}
			// The second means that the first completion was not acknowledged
			await().pollInterval(Duration.ofMillis(20))
				.until(() -> WAITED_AGAIN.matcher(servers.master().info("commandstats")).find());
			servers.resumeReplicas();
			running.send().assertReplayOf(Together.get(runningAnswer).assertFirst(201));
			refused.send().assertFirst(201);
			assertThat(refused.executions()).isEqualTo(1);
		}
	}

	private static TestApplication start(ReplicatedRedis servers) {
		return TestApplication.start(OrdersApplication.class,
				List.of("idempotency.repository=redis", "idempotency.redis.min-replicas=1",
						"spring.datasource.url=jdbc:h2:mem:unused", "spring.data.redis.host=" + RedisNode.HOST,
						"spring.data.redis.port=" + servers.master().port()));
	}

}
