package dev.idempotency.behaviour.app;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * Handlers of which it matters when and how often they run.
 */
@RestController
public class RunController {

	private static final Logger logger = LoggerFactory.getLogger(RunController.class);

	private final Executions executions;

	private final Map<String, Room> rooms = new ConcurrentHashMap<>();

	RunController(Executions executions) {
		this.executions = executions;
	}

	/** Takes no time. */
	@PostMapping("/instant")
	@Idempotent
	String instant(HttpServletRequest request) {
		return "run " + this.executions.enter(request);
	}

	/**
	 * Never returns, if the client wishes so in a header that is no part of the request.
	 */
	@PostMapping("/hang")
	@Idempotent
	String hang(@RequestHeader(name = "X-Hang", required = false) @Nullable String hang, HttpServletRequest request)
			throws InterruptedException {
		if (hang != null) {
			logger.info("Handler hangs");
			new CountDownLatch(1).await();
		}
		return "run " + this.executions.enter(request);
	}

	/** Tells what log lines of the handler carry. */
	@PostMapping("/logging-context")
	@Idempotent
	String loggingContext(HttpServletRequest request) {
		this.executions.enter(request);
		return String.valueOf(MDC.getCopyOfContextMap());
	}

	/** The same of another thread that renders the answer. */
	@PostMapping("/logging-context/async")
	@Idempotent
	Callable<String> asyncLoggingContext() {
		return () -> "answered";
	}

	@GetMapping("/logging-context")
	String plainLoggingContext() {
		return String.valueOf(MDC.getCopyOfContextMap());
	}

	@PostMapping("/short-lived")
	@Idempotent(ttl = "${orders.ttl:1500ms}")
	String shortLived(HttpServletRequest request) {
		return "run " + this.executions.enter(request);
	}

	@PostMapping("/large/{size}")
	@Idempotent
	ResponseEntity<byte[]> large(@PathVariable int size, HttpServletRequest request) {
		byte[] body = new byte[size];
		for (int i = 0; i < size; i++) {
			body[i] = (byte) (i * 31 + i / 251);
		}
		body[0] = (byte) this.executions.enter(request);
		return ResponseEntity.ok(body);
	}

	/**
	 * Fails at its first runs, each of which stays a while to see whether another one
	 * comes in.
	 */
	@PostMapping("/failing/{times}")
	@Idempotent
	ResponseEntity<String> failing(@PathVariable int times, HttpServletRequest request) throws InterruptedException {
		Room room = this.rooms.computeIfAbsent(request.getHeader("X-Case"), (key) -> new Room());
		int run = this.executions.enter(request);
		room.stay();
		if (run <= times) {
			return ResponseEntity.status(503).body("run " + run);
		}
		return ResponseEntity.status(201).body("run " + run);
	}

	/**
	 * Returns whether two runs of a case were there at the same time.
	 * @param name the name of the case
	 * @return whether they met
	 */
	public boolean met(String name) {
		Room room = this.rooms.get(name);
		return room != null && room.met.getCount() == 0;
	}

	/**
	 * Where at most one is to be.
	 */
	private static final class Room {

		private final AtomicInteger inside = new AtomicInteger();

		private final CountDownLatch met = new CountDownLatch(1);

		void stay() throws InterruptedException {
			if (this.inside.incrementAndGet() > 1) {
				this.met.countDown();
			}
			this.met.await(100, TimeUnit.MILLISECONDS);
			this.inside.decrementAndGet();
		}

	}

}
