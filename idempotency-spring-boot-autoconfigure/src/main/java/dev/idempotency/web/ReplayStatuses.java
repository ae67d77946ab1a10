package dev.idempotency.web;

import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The response statuses whose outcomes are recorded. A class such as {@code 4xx} does not
 * include the statuses that ask the client to come back changed or later: 401, 403, 408,
 * 425 and 429. A status named in full is included.
 *
 * @since 0.1.0
 */
public final class ReplayStatuses {

	private static final Pattern STATUS = Pattern.compile("[1-5](?:xx|[0-9][0-9])");

	private static final List<Integer> NOT_IN_A_CLASS = List.of(401, 403, 408, 425, 429);

	private final BitSet statuses = new BitSet(600);

	private final List<String> names;

	private ReplayStatuses(List<String> names) {
		this.names = names;
	}

	/**
	 * Returns the statuses named by a list.
	 * @param names classes such as {@code 2xx} and statuses such as {@code 404}
	 * @return the statuses
	 * @throws IllegalArgumentException if a name is neither
	 */
	public static ReplayStatuses of(Collection<String> names) {
		ReplayStatuses replayStatuses = new ReplayStatuses(
				names.stream().map((name) -> name.strip().toLowerCase(Locale.ROOT)).toList());
		replayStatuses.names.forEach(replayStatuses::includeClass);
		replayStatuses.names.forEach(replayStatuses::includeStatus);
		return replayStatuses;
	}

	private void includeClass(String name) {
		if (!STATUS.matcher(name).matches()) {
			throw new IllegalArgumentException("'" + name + "' is neither a class of statuses nor a status");
		}
		if (name.endsWith("xx")) {
			int first = (name.charAt(0) - '0') * 100;
			this.statuses.set(first, first + 100);
			NOT_IN_A_CLASS.stream().filter((status) -> status / 100 == first / 100).forEach(this.statuses::clear);
		}
	}

	private void includeStatus(String name) {
		if (!name.endsWith("xx")) {
			this.statuses.set(Integer.parseInt(name));
		}
	}

	/**
	 * Returns the list by which the statuses were named.
	 * @return classes and statuses
	 */
	public List<String> names() {
		return this.names;
	}

	/**
	 * Returns whether a response is recorded by its status.
	 * @param status the status
	 * @return {@code false} if it frees the key
	 */
	public boolean contains(int status) {
		return this.statuses.get(status);
	}

}
