package dev.idempotency.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the applications have logged of single records. Logs survive what meters do not:
 * the end of their process.
 */
final class Logs {

	private static final Pattern TAKEN_OVER = Pattern
		.compile("^(\\S+) .* (\\d+) --- .*Took over the claim (\\w{8}) of operation");

	private static final Pattern UNRECORDED = Pattern.compile(
			"^\\S+ .*(?:Could not record the response of operation \\S+ under claim (\\w{8})(?!; the repository keeps)"
					+ "|Operation \\S+ finished after its claim (\\w{8}) was taken over)");

	private static final Pattern LOST = Pattern.compile("^\\S+ .*(?:(?:finished|failed) after its claim"
			+ " (\\w{8}) was taken over|The claim (\\w{8}) of operation \\S+ was taken over)");

	private static final Pattern REFUSED = Pattern.compile("^\\S+ .*Could not record the response of operation"
			+ " \\S+ under claim (\\w{8}); the repository keeps refusing it");

	private static final Pattern BROKEN_RENEWAL = Pattern.compile("A turn of idempotency-\\S+ failed");

	private final Map<String, List<Takeover>> takeovers = new HashMap<>();

	private final Map<String, Integer> unrecorded = new HashMap<>();

	private final Map<String, Integer> refused = new HashMap<>();

	private int lost;

	private int brokenRenewals;

	static Logs of(Path directory) throws IOException {
		Logs logs = new Logs();
		read(directory, logs::add);
		return logs;
	}

	/** What was logged of an operation. */
	static List<String> of(UUID key, Path directory) throws IOException {
		String id = Operation.record(key);
		List<String> found = new ArrayList<>();
		read(directory, (line) -> {
			if (line.contains(id)) {
				found.add(line);
			}
		});
		return found;
	}

	private static void read(Path directory, Consumer<String> reader) throws IOException {
		try (Stream<Path> files = Files.list(directory)) {
			for (Path file : files.toList()) {
				try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
					lines.forEach(reader);
				}
			}
		}
	}

	void add(String line) {
		Matcher takenOver = TAKEN_OVER.matcher(line);
		if (takenOver.find()) {
			this.takeovers.computeIfAbsent(takenOver.group(3), (record) -> new ArrayList<>(1))
				.add(new Takeover(OffsetDateTime.parse(takenOver.group(1)).toInstant().toEpochMilli(),
						Long.parseLong(takenOver.group(2))));
		}
		Matcher without = UNRECORDED.matcher(line);
		if (without.find()) {
			this.unrecorded.merge((without.group(1) != null) ? without.group(1) : without.group(2), 1, Integer::sum);
		}
		Matcher refusal = REFUSED.matcher(line);
		if (refusal.find()) {
			this.refused.merge(refusal.group(1), 1, Integer::sum);
		}
		if (LOST.matcher(line).find()) {
			this.lost++;
		}
		if (BROKEN_RENEWAL.matcher(line).find()) {
			this.brokenRenewals++;
		}
	}

	/** Which processes took the claim of a record over, and when. */
	List<Takeover> takeovers(String id) {
		return this.takeovers.getOrDefault(id, List.of());
	}

	/** How many answers were given under a record without being recorded, at first. */
	int unrecorded(String id) {
		return this.unrecorded.getOrDefault(id, 0);
	}

	/** How many claims of a record were given up because of what the store refused. */
	int refused(String id) {
		return this.refused.getOrDefault(id, 0);
	}

	int countRefused() {
		return this.refused.values().stream().mapToInt(Integer::intValue).sum();
	}

	int countTakeovers() {
		return this.takeovers.values().stream().mapToInt(List::size).sum();
	}

	/** How often an owner finished too late. */
	int countLost() {
		return this.lost;
	}

	/** How often a renewal ended in an {@code Error}. */
	int countBrokenRenewals() {
		return this.brokenRenewals;
	}

	/**
	 * An abandoned claim that found a new owner.
	 *
	 * @param time when, in milliseconds of the clock
	 * @param process the new owner
	 */
	record Takeover(long time, long process) {
	}

}
