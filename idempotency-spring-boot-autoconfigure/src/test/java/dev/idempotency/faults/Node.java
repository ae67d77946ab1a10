package dev.idempotency.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.awaitility.Awaitility;

import dev.idempotency.test.Program;
import dev.idempotency.test.TcpProxy;

/**
 * One process of the application, between a proxy to its store and one to its clients.
 */
final class Node implements AutoCloseable {

	/** The names of all there are. */
	static final Set<String> NAMES = Set.of("first", "second");

	private static final int STARTS = 10;

	private final String name;

	private final Setup setup;

	private final String effects;

	private final Path logs;

	private final TcpProxy storeProxy;

	private final TcpProxy clientProxy;

	private final HttpClient client = HttpClient.newHttpClient();

	private Program program;

	private volatile int port;

	private int starts;

	Node(String name, Setup setup, Store store, String effects, Path logs) {
		this.name = name;
		this.setup = setup;
		this.effects = effects;
		this.logs = logs;
		this.storeProxy = new TcpProxy("127.0.0.1", store.port());
		this.clientProxy = new TcpProxy("127.0.0.1", store.port());
		this.program = launch();
	}

	private Program launch() {
		List<String> arguments = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", Application.class.getName()));
		arguments.add("--faults.node=" + this.name);
		this.setup.properties(this.storeProxy.port(), this.effects)
			.forEach((property) -> arguments.add("--" + property));
		try {
			return Program.start(this.logs.resolve(this.name + "-" + this.starts++ + ".log"),
					System.getProperty("java.class.path"), arguments);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Waits until the process listens; it does not start while its store is away. */
	Node awaitStart() {
		for (int attempt = 1;; attempt++) {
			try {
				this.port = this.program.port();
				this.clientProxy.redirect(this.port);
				return this;
			}
			catch (AssertionError ex) {
				if (attempt == STARTS) {
					throw ex;
				}
				kill();
				this.program = launch();
			}
		}
	}

	void kill() {
		this.program.close();
	}

	/**
	 * Has the process end itself, which may be faster than its answer.
	 * @param sabotage what to do
	 */
	void end(String sabotage) throws InterruptedException {
		isDone(address(sabotage));
		this.program.exitValue();
	}

	void restart() {
		this.program = launch();
		awaitStart();
	}

	void signal(String signal) throws IOException {
		this.program.signal(signal);
	}

	/**
	 * Has the process do something to itself, by no proxy. One that is started meanwhile
	 * is told again.
	 * @param sabotage what to do
	 */
	void tell(String sabotage) {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(20))
			.atMost(Duration.ofMinutes(3))
			.until(() -> isDone(address(sabotage)));
	}

	private URI address(String sabotage) {
		return URI.create("http://127.0.0.1:" + this.port + sabotage);
	}

	private boolean isDone(URI sabotage) throws InterruptedException {
		try {
			HttpRequest request = HttpRequest.newBuilder(sabotage).POST(BodyPublishers.noBody()).build();
			return this.client.send(request, BodyHandlers.discarding()).statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
	}

	String name() {
		return this.name;
	}

	URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.clientProxy.port() + path);
	}

	TcpProxy storeProxy() {
		return this.storeProxy;
	}

	TcpProxy clientProxy() {
		return this.clientProxy;
	}

	@Override
	public void close() {
		this.program.close();
		this.storeProxy.close();
		this.clientProxy.close();
	}

}
