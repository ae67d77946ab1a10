package dev.idempotency.faults;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * What the clients did and got: the essence in memory, everything in a file.
 */
final class History implements AutoCloseable {

	/** How many events before an operation are of interest. */
	private static final int NOTES = 6;

	private final Map<UUID, Operation> operations = new ConcurrentHashMap<>();

	private final LongAdder requests = new LongAdder();

	private final LongAdder replays = new LongAdder();

	private final boolean transactional;

	private final Path file;

	private final BufferedWriter writer;

	/**
	 * Creates a history.
	 * @param file where to keep all of it
	 * @param transactional whether the store can fail in the handler
	 */
	History(Path file, boolean transactional) throws IOException {
		this.file = file;
		this.writer = Files.newBufferedWriter(file);
		this.transactional = transactional;
	}

	Operation open(UUID key, Kind kind) {
		Operation operation = new Operation(key, kind, System.currentTimeMillis());
		this.operations.put(key, operation);
		return operation;
	}

	void add(Operation operation, long start, Attempt attempt) {
		operation.add(attempt, this.transactional);
		this.requests.increment();
		if (attempt.replayed()) {
			this.replays.increment();
		}
		write(operation.key() + " " + operation.kind() + " " + Instant.ofEpochMilli(start) + " to "
				+ Instant.ofEpochMilli(attempt.end()) + " at " + attempt.node() + ": " + attempt.description());
	}

	/** Writes down what happened to all of them. */
	void note(String event) {
		write("- " + Instant.now() + " " + event);
	}

	private synchronized void write(String line) {
		try {
			this.writer.write(line.replace('\n', ' '));
			this.writer.newLine();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	Collection<Operation> operations() {
		return this.operations.values();
	}

	Map<UUID, Operation> byKey() {
		return this.operations;
	}

	long requests() {
		return this.requests.sum();
	}

	long replays() {
		return this.replays.sum();
	}

	/** All that happened to an operation, and the faults up to then. */
	synchronized List<String> of(UUID key) throws IOException {
		this.writer.flush();
		List<String> found = new ArrayList<>();
		List<String> notes = new ArrayList<>();
		try (Stream<String> lines = Files.lines(this.file)) {
			lines.forEach((line) -> {
				if (line.startsWith("- ")) {
					notes.add(line);
				}
				else if (line.startsWith(key.toString())) {
					found.addAll(
							found.isEmpty() ? notes.subList(Math.max(0, notes.size() - NOTES), notes.size()) : notes);
					found.add(line);
					notes.clear();
				}
			});
		}
		return found;
	}

	@Override
	public synchronized void close() throws IOException {
		this.writer.close();
	}

}
