package dev.idempotency.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Clients that send one payment after the other, each on a connection of its own.
 */
final class Load implements AutoCloseable {

	private static final int CREATED = 201;

	private final int clients;

	private final Supplier<Stream<ProcessHandle>> stores;

	private final ExecutorService threads;

	/**
	 * Creates the clients.
	 * @param clients how many there are
	 * @param stores gives the processes of all stores
	 */
	Load(int clients, Supplier<Stream<ProcessHandle>> stores) {
		this.clients = clients;
		this.stores = stores;
		this.threads = Executors.newFixedThreadPool(clients);
	}

	/**
	 * Keys that no request had before.
	 * @return returns the next one, for one thread
	 */
	static Supplier<String> newKeys() {
		String prefix = UUID.randomUUID().toString().substring(0, 23);
		long[] number = { 0 };
		return () -> prefix + String.format("%013d", number[0]++);
	}

	/**
	 * Sends for some time.
	 * @param server where to
	 * @param path the path of the handler
	 * @param keys makes the keys of each client
	 * @param duration for how long
	 * @return what was measured
	 * @throws Exception if a request fails or is not answered with 201
	 */
	Result run(ServerProcess server, String path, Supplier<Supplier<String>> keys, Duration duration) throws Exception {
		int port = server.port();
		Histogram latencies = new ConcurrentHistogram(TimeUnit.MINUTES.toNanos(1), 3);
		List<Future<?>> running = new ArrayList<>();
		try (Connection control = new Connection(port)) {
			long allocated = control.number("/allocated");
			Duration serverBefore = processorTime(Stream.of(server.handle()));
			Duration storesBefore = processorTime(this.stores.get());
			long start = System.nanoTime();
			long end = start + duration.toNanos();
			for (int i = 0; i < this.clients; i++) {
				Supplier<String> ownKeys = keys.get();
				running.add(this.threads.submit(() -> {
					pay(port, path, ownKeys, latencies, end);
					return null;
				}));
			}
			for (Future<?> client : running) {
				await(client);
			}
			double seconds = (System.nanoTime() - start) / 1e9;
			long count = latencies.getTotalCount();
			Duration onServer = processorTime(Stream.of(server.handle())).minus(serverBefore);
			Duration onStores = processorTime(this.stores.get()).minus(storesBefore);
			return new Result(count / seconds, latencies.getValueAtPercentile(50) / 1e6,
					latencies.getValueAtPercentile(99) / 1e6, onServer.toNanos() / 1e3 / count,
					onStores.toNanos() / 1e3 / count, (control.number("/allocated") - allocated) / count);
		}
	}

	private static Duration processorTime(Stream<ProcessHandle> processes) {
		return processes.map((process) -> process.info().totalCpuDuration().orElse(Duration.ZERO))
			.reduce(Duration.ZERO, Duration::plus);
	}

	private static void await(Future<?> client) throws Exception {
		try {
			client.get();
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof Exception cause) ? cause : ex;
		}
	}

	private static void pay(int port, String path, Supplier<String> keys, Histogram latencies, long end)
			throws IOException {
		try (Connection connection = new Connection(port)) {
			for (long start = System.nanoTime(); start < end;) {
				int status = connection.pay(path, keys.get());
				if (status != CREATED) {
					throw new IllegalStateException(path + " answered " + status);
				}
				long now = System.nanoTime();
				latencies.recordValue(now - start);
				start = now;
			}
		}
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

	/**
	 * What was measured.
	 *
	 * @param rate requests per second
	 * @param p50 median latency, in milliseconds
	 * @param p99 99th percentile of the latency, in milliseconds
	 * @param server processor time of the server for each request, in microseconds
	 * @param store processor time of the stores for each request, in microseconds
	 * @param allocated bytes that the server allocated for each request
	 */
	record Result(double rate, double p50, double p99, double server, double store, long allocated) {
	}

}
