package dev.idempotency.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * Stands between a client and the application, and spoils the first requests.
 */
final class LossyProxy implements AutoCloseable {

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final HttpServer server;

	private final int target;

	private final Queue<Fault> faults;

	private final List<String> keys = new CopyOnWriteArrayList<>();

	/**
	 * Creates a proxy and starts it.
	 * @param target the port of the application
	 * @param faults what becomes of the first requests
	 */
	LossyProxy(int target, Fault... faults) {
		this.target = target;
		this.faults = new ConcurrentLinkedQueue<>(List.of(faults));
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setExecutor(Executors.newCachedThreadPool());
		this.server.createContext("/", this::serve);
		this.server.start();
	}

	String url() {
		return "http://localhost:" + this.server.getAddress().getPort();
	}

	/** The keys of the requests, in their order. */
	List<String> keys() {
		return this.keys;
	}

	private void serve(HttpExchange exchange) throws IOException {
		try (exchange) {
			byte[] body = exchange.getRequestBody().readAllBytes();
			this.keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
			Fault fault = this.faults.poll();
			if (fault == Fault.UNAVAILABLE) {
				exchange.getResponseHeaders().set("Retry-After", "0");
				exchange.sendResponseHeaders(503, -1);
				return;
			}
			HttpResponse<byte[]> response = forward(exchange, body);
			if (fault != Fault.LOST_RESPONSE) {
				response.headers()
					.map()
					.forEach((name, values) -> exchange.getResponseHeaders().put(name, List.copyOf(values)));
				exchange.getResponseHeaders().remove("Transfer-Encoding");
				exchange.sendResponseHeaders(response.statusCode(), response.body().length);
				exchange.getResponseBody().write(response.body());
			}
		}
	}

	private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) throws IOException {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + this.target + exchange.getRequestURI()))
			.header("Content-Type", exchange.getRequestHeaders().getFirst("Content-Type"))
			.header("Idempotency-Key", exchange.getRequestHeaders().getFirst("Idempotency-Key"))
			.method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body))
			.build();
		try {
			return HTTP.send(request, BodyHandlers.ofByteArray());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	/**
	 * What becomes of a request.
	 */
	enum Fault {

		/** The application does its work, and its answer is lost. */
		LOST_RESPONSE,

		/** A gateway answers in place of the application. */
		UNAVAILABLE

	}

}
