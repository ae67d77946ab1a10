package dev.idempotency.faults;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.faults.Fault.Incident;
import dev.idempotency.faults.Operation.Stretch;

/**
 * Has faults happen in an order, at moments and for times that the seed decides. They
 * overlap. Each kind has its turn before any comes again, and after each such round there
 * is a time without any.
 */
final class Faults implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Faults.class);

	/** How long a thread that wants to run may not. */
	private static final long STALL_MILLIS = 500;

	private static final int LONGEST_PAUSE_MILLIS = 2500;

	private static final int LONGEST_CALM_MILLIS = 6000;

	private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);

	private final Map<Fault.Place, Semaphore> places = new EnumMap<>(Fault.Place.class);

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final Windows windows = new Windows();

	private final AtomicInteger stalls = new AtomicInteger();

	private final Setup setup;

	private final Random random;

	private final List<Node> nodes;

	private final Store store;

	private final Clients clients;

	private final History history;

	Faults(Setup setup, long seed, List<Node> nodes, Store store, Clients clients, History history) {
		this.setup = setup;
		this.random = new Random(seed);
		this.nodes = nodes;
		this.store = store;
		this.clients = clients;
		this.history = history;
		for (Fault.Place place : Fault.Place.values()) {
			this.places.put(place, new Semaphore(1));
		}
	}

	/**
	 * Has faults happen, one round of them at least, and returns when the last one is
	 * over.
	 * @param duration how long to begin another one
	 */
	void run(Duration duration) throws Exception {
		this.executor.execute(this::watchMachine);
		long end = System.nanoTime() + duration.toNanos();
		round(Long.MAX_VALUE);
		while (System.nanoTime() < end) {
			Thread.sleep(this.random.nextInt(LONGEST_CALM_MILLIS));
			round(end);
		}
	}

	// A machine that stands still for others is a fault that nobody has ordered
	private void watchMachine() {
		try {
			while (true) {
				long start = System.currentTimeMillis();
				Thread.sleep(STALL_MILLIS / 10);
				noteStall(new Stretch(start, System.currentTimeMillis()));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void noteStall(Stretch pause) {
		if (pause.until() - pause.since() > STALL_MILLIS) {
			this.stalls.incrementAndGet();
			this.windows.add(pause, names(this.nodes));
			this.history.note("The machine has stood still since " + Instant.ofEpochMilli(pause.since()));
		}
	}

	private void round(long end) throws Exception {
		List<Fault> order = new ArrayList<>(List.of(Fault.values()));
		order.removeIf((fault) -> !fault.concerns(this.setup));
		Collections.shuffle(order, this.random);
		List<Future<?>> running = new ArrayList<>();
		for (Fault fault : order) {
			Thread.sleep(this.random.nextInt(LONGEST_PAUSE_MILLIS));
			if (System.nanoTime() - end >= 0 && end != Long.MAX_VALUE) {
				break;
			}
			Incident incident = fault.plan(this.random);
			this.places.get(fault.place()).acquire();
			this.counts.merge(fault, 1, Integer::sum);
			running.add(this.executor.submit(() -> happen(fault, incident)));
		}
		for (Future<?> incident : running) {
			incident.get();
		}
	}

	private Void happen(Fault fault, Incident incident) throws IOException, InterruptedException {
		long start = System.currentTimeMillis();
		try {
			this.history.note(fault + " begins");
			logger.info("{} begins", fault);
			incident.course().run(this.nodes, this.store);
			this.history.note(fault + " is over");
		}
		finally {
			this.places.get(fault.place()).release();
		}
		List<Node> victims = incident.victims().stream().map(this.nodes::get).toList();
		this.clients.awaitService(victims);
		this.windows.add(new Stretch(start, System.currentTimeMillis()), names(victims));
		this.history.note(names(victims) + " serve again after " + fault);
		logger.info("{} is over", fault);
		return null;
	}

	private static Set<String> names(List<Node> nodes) {
		return nodes.stream().map(Node::name).collect(Collectors.toSet());
	}

	Windows windows() {
		return this.windows;
	}

	int stalls() {
		return this.stalls.get();
	}

	Map<Fault, Integer> counts() {
		return this.counts;
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
