package dev.idempotency.faults;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import org.awaitility.Awaitility;

/**
 * Clients that send each operation, with its key, until it is answered.
 */
final class Clients implements AutoCloseable {

	private static final int COUNT = 12;

	/** After which time without an answer a client asks somebody else. */
	private static final Duration HURRY = Duration.ofSeconds(1);

	/** After which time it does not listen any more: some do thrice as long. */
	private static final Duration PATIENCE = Duration.ofSeconds(3);

	private static final int LARGEST_BODY = 4000;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final HttpClient client = HttpClient.newBuilder()
		.version(Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(2))
		.build();

	private final List<Future<?>> running = new ArrayList<>();

	private final AtomicInteger outstanding = new AtomicInteger();

	private final List<Node> nodes;

	private final History history;

	private final Function<Random, Kind> kinds;

	private volatile boolean open = true;

	Clients(List<Node> nodes, Function<Random, Kind> kinds, History history) {
		this.nodes = nodes;
		this.kinds = kinds;
		this.history = history;
	}

	void start(long seed) {
		Random seeds = new Random(seed);
		for (int i = 0; i < COUNT; i++) {
			Random random = new Random(seeds.nextLong());
			this.running.add(this.executor.submit(() -> {
				while (this.open) {
					Operation operation = this.history.open(new UUID(random.nextLong(), random.nextLong()),
							this.kinds.apply(random));
					sendUntilAnswered(operation, random);
					if (random.nextInt(3) == 0) {
						send(operation, 1, random.nextInt(this.nodes.size()), random);
					}
					Thread.sleep(random.nextInt(20));
				}
				return null;
			}));
		}
	}

	/**
	 * Opens no operation any more.
	 * @param patience how long to wait for those that are open
	 * @return whether all are answered
	 */
	boolean finish(Duration patience) throws InterruptedException, ExecutionException {
		this.open = false;
		return join(patience);
	}

	/**
	 * Sends operations again.
	 * @param operations the operations
	 * @param patience how long to wait for all of them
	 * @return whether all are answered
	 */
	boolean sendAgain(Collection<Operation> operations, Duration patience)
			throws InterruptedException, ExecutionException {
		Queue<Operation> queue = new ConcurrentLinkedQueue<>(operations);
		for (int i = 0; i < COUNT; i++) {
			this.running.add(this.executor.submit(() -> {
				Random random = new Random();
				for (Operation operation = queue.poll(); operation != null; operation = queue.poll()) {
					int answers = operation.countAnswers();
					for (int turn = random.nextInt(2); operation.countAnswers() == answers; turn++) {
						send(operation, 1, turn, random);
						Thread.sleep((operation.countAnswers() == answers) ? 50 + random.nextInt(250) : 0);
					}
				}
				return null;
			}));
		}
		return join(patience);
	}

	private boolean join(Duration patience) throws InterruptedException, ExecutionException {
		long end = System.nanoTime() + patience.toNanos();
		try {
			for (Future<?> client : this.running) {
				client.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
			}
			this.running.clear();
			Awaitility.await().atMost(PATIENCE.multipliedBy(4)).until(() -> this.outstanding.get() == 0);
			return true;
		}
		catch (TimeoutException ex) {
			return false;
		}
	}

	private void sendUntilAnswered(Operation operation, Random random) throws InterruptedException {
		int turn = random.nextInt(this.nodes.size());
		// How often a client asks depends on the moment, the next operation must not
		Random own = new Random(random.nextLong());
		while (!send(operation, (own.nextInt(4) == 0) ? 2 + own.nextInt(2) : 1, turn, own)) {
			Thread.sleep(50 + own.nextInt(250));
			turn++;
		}
	}

	// Does not wait for all that it sends: late answers are judged as well
	private boolean send(Operation operation, int copies, int turn, Random random) throws InterruptedException {
		CompletableFuture<?>[] sent = new CompletableFuture<?>[copies];
		for (int i = 0; i < copies; i++) {
			sent[i] = send(operation, this.nodes.get((turn + i) % this.nodes.size()), random);
		}
		try {
			CompletableFuture.allOf(sent).get(HURRY.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			// Asks somebody else
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
		return operation.countAnswers() > 0;
	}

	private CompletableFuture<?> send(Operation operation, Node node, Random random) {
		HttpRequest request = HttpRequest.newBuilder(node.uri("/operations/" + operation.kind()))
			.timeout(random.nextBoolean() ? PATIENCE : PATIENCE.multipliedBy(3))
			.header("Idempotency-Key", operation.key().toString())
			.header("Content-Type", "application/octet-stream")
			.POST(BodyPublishers.ofByteArray(body(operation.key())))
			.build();
		long start = System.currentTimeMillis();
		this.outstanding.incrementAndGet();
		return this.client.sendAsync(request, BodyHandlers.ofByteArray()).handle((response, failure) -> {
			long end = System.currentTimeMillis();
			this.history.add(operation, start,
					(response != null) ? Attempt.answered(operation.kind(), node.name(), end, response)
							: Attempt.lost(node.name(), end, failure));
			return operation;
		}).whenComplete((done, failure) -> this.outstanding.decrementAndGet());
	}

	// The same for each attempt
	private static byte[] body(UUID key) {
		Random random = new Random(key.getMostSignificantBits());
		byte[] body = new byte[1 + random.nextInt(LARGEST_BODY)];
		random.nextBytes(body);
		return body;
	}

	/** Waits until applications serve, which they cannot without the store. */
	void awaitService(List<Node> victims) {
		for (Node node : victims) {
			Awaitility.await()
				.pollInterval(Duration.ofMillis(50))
				.atMost(Duration.ofMinutes(3))
				.until(() -> isServing(node));
		}
	}

	private boolean isServing(Node node) throws InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(node.uri(Application.PROBE))
			.timeout(Duration.ofSeconds(2))
			.header("Idempotency-Key", UUID.randomUUID().toString())
			.POST(BodyPublishers.noBody())
			.build();
		try {
			HttpResponse<Void> response = this.client.send(request, BodyHandlers.discarding());
			return response.statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public void close() {
		this.open = false;
		this.executor.shutdownNow();
	}

}
