package dev.idempotency.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * What the steps of operations call. It does whatever it is asked, as often as it is
 * asked, and takes it down; some first calls it answers with an error after that.
 */
final class Provider implements AutoCloseable {

	/** How many steps an operation has; the last one is to begin at most once. */
	static final int STEPS = 3;

	/** One of so many operations has a first call of a step fail. */
	private static final int FAILING = 15;

	private final Map<UUID, List<Event>> events = new ConcurrentHashMap<>();

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final HttpServer server;

	Provider() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(this.executor);
		this.server.createContext("/", this::serve);
		this.server.start();
	}

	String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	/** The path of a call that does a step. */
	static String call(int step, String operation) {
		return "/call/" + step + "/" + operation;
	}

	/** The path of a call that tells what a step has returned. */
	static String returned(int step, String operation) {
		return "/returned/" + step + "/" + operation;
	}

	private void serve(HttpExchange exchange) throws IOException {
		String[] path = exchange.getRequestURI().getPath().split("/", -1);
		int step = Integer.parseInt(path[2]);
		UUID operation = UUID.fromString(path[3]);
		boolean called = path[1].equals("call");
		UUID result = called ? UUID.randomUUID()
				: UUID.fromString(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
		String key = called ? exchange.getRequestHeaders().getFirst("Idempotency-Key") : "";
		boolean first = add(operation, new Event(called, step, key, result));
		byte[] answer = result.toString().getBytes(StandardCharsets.UTF_8);
		exchange.sendResponseHeaders((first && fails(operation, step)) ? 503 : 200, answer.length);
		exchange.getResponseBody().write(answer);
		exchange.close();
	}

	private boolean add(UUID operation, Event event) {
		List<Event> all = this.events.computeIfAbsent(operation, (any) -> new ArrayList<>(2 * STEPS));
		synchronized (all) {
			all.add(event);
			return event.called() && all.stream().filter((other) -> other.isCallOf(event.step())).count() == 1;
		}
	}

	private static boolean fails(UUID operation, int step) {
		Random random = new Random(operation.getLeastSignificantBits());
		return random.nextInt(FAILING) == 0 && random.nextInt(STEPS) == step;
	}

	/** Everything that happened to an operation here, in its order. */
	List<Event> events(UUID operation) {
		List<Event> all = this.events.getOrDefault(operation, List.of());
		synchronized (all) {
			return List.copyOf(all);
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.executor.shutdownNow();
	}

	/**
	 * A call of a step, or its return to the handler.
	 *
	 * @param called whether it is the call
	 * @param step the number of the step
	 * @param key the key of the call
	 * @param result names the call, and is what it returns
	 */
	record Event(boolean called, int step, String key, UUID result) {

		boolean isCallOf(int step) {
			return this.called && this.step == step;
		}

		boolean isReturnOf(int step) {
			return !this.called && this.step == step;
		}

	}

}
