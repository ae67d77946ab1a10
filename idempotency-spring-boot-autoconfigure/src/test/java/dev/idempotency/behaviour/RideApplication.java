package dev.idempotency.behaviour;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;
import dev.idempotency.IdempotentSteps;
import dev.idempotency.behaviour.app.Executions;
import dev.idempotency.web.IdempotencyScopeResolver;

/**
 * An application whose handlers work in steps.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({ Executions.class, RideApplication.Rides.class, RideApplication.Jobs.class })
public class RideApplication {

	/** Trusts the header. */
	@Bean
	IdempotencyScopeResolver scope() {
		return (request) -> String.valueOf(request.getHeader("X-User"));
	}

	static TestApplication start(Store store, String database, String... properties) {
		return TestApplication.start(RideApplication.class, configuration(store, database, properties));
	}

	static List<String> configuration(Store store, String database, String... properties) {
		List<String> configuration = new CopyOnWriteArrayList<>(store.properties(database));
		configuration.addAll(List.of(properties));
		return configuration;
	}

	/**
	 * Runs the application in a process of its own.
	 * @param properties its configuration
	 */
	public static void main(String[] properties) {
		TestApplication.start(RideApplication.class, List.of(properties));
	}

	/**
	 * Handlers in three steps. A header that is no part of the request has one of them
	 * fail, or never return.
	 */
	@RestController
	static class Rides {

		private static final Logger logger = LoggerFactory.getLogger(Rides.class);

		private final Map<String, List<String>> keys = new ConcurrentHashMap<>();

		private final IdempotentSteps steps;

		private final Executions executions;

		Rides(IdempotentSteps steps, Executions executions) {
			this.steps = steps;
			this.executions = executions;
		}

		/** The keys with which a step of a case ran. */
		List<String> keys(Call call, String step) {
			return this.keys.getOrDefault(step + " " + call.name(), List.of());
		}

		@PostMapping("/rides")
		@Idempotent
		String book(@RequestBody String body, HttpServletRequest request) {
			this.executions.enter(request);
			return run(Wish.of(request));
		}

		@PostMapping("/rides/callable")
		@Idempotent
		Callable<String> later(@RequestBody String body, HttpServletRequest request) {
			Wish wish = Wish.of(request);
			return () -> run(wish);
		}

		@PostMapping("/rides/short")
		@Idempotent(ttl = "2s")
		String shortLived(@RequestBody String body, HttpServletRequest request) {
			this.executions.enter(request);
			return run(Wish.of(request));
		}

		@PostMapping("/rides/perhaps")
		@Idempotent(required = false)
		String perhaps(@RequestBody String body, HttpServletRequest request) {
			return run(Wish.of(request));
		}

		private String run(Wish wish) {
			String saved = this.steps.run("save", String.class, (key) -> step("save", key, wish));
			String charged = this.steps.run("charge", String.class, (key) -> step("charge", key, wish));
			this.steps.atMostOnce("mail", (key) -> step("mail", key, wish));
			return saved + " " + charged;
		}

		private String step(String name, String key, Wish wish) {
			this.keys.computeIfAbsent(name + " " + wish.name(), (any) -> new CopyOnWriteArrayList<>()).add(key);
			this.executions.pass(name + " " + wish.name());
			if (name.equals(wish.fails())) {
				throw new IllegalStateException("In step " + name);
			}
			if (name.equals(wish.hangs())) {
				logger.info("Hangs in {}", name);
				hang();
			}
			String result = name + "-" + UUID.randomUUID();
			logger.info("Did {}", result);
			return result;
		}

		private static void hang() {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	/**
	 * What a client wishes for beside the request.
	 *
	 * @param name the name of the case
	 * @param fails the step that is to fail
	 * @param hangs the step that is never to return
	 */
	private record Wish(String name, @Nullable String fails, @Nullable String hangs) {

		static Wish of(HttpServletRequest request) {
			return new Wish(request.getHeader("X-Case"), request.getHeader("X-Fail"), request.getHeader("X-Hang"));
		}

	}

	/**
	 * Work beside requests.
	 */
	static class Jobs {

		private final IdempotentSteps steps;

		private final Executions executions;

		Jobs(IdempotentSteps steps, Executions executions) {
			this.steps = steps;
			this.executions = executions;
		}

		/** A job in two steps, of which the second fails if the test wishes so. */
		@Idempotent(key = "#key")
		String run(String key, boolean fails) {
			String first = this.steps.run("first", String.class, (stepKey) -> UUID.randomUUID().toString());
			this.steps.atMostOnce("second", (stepKey) -> {
				this.executions.pass("second " + key);
				if (fails) {
					throw new IllegalStateException("In step second");
				}
			});
			return first;
		}

		/** A job without result, which fails if the test wishes so. */
		@Idempotent(key = "#key")
		void runSilently(String key, Runnable work) {
			work.run();
		}

	}

}
