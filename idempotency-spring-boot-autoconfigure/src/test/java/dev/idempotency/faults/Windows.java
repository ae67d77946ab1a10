package dev.idempotency.faults;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.idempotency.faults.Operation.Stretch;

/**
 * The times in which a fault was there, or its consequences, and for whom.
 */
final class Windows {

	private final List<Window> all = new CopyOnWriteArrayList<>();

	/**
	 * Adds a window.
	 * @param time when it was open
	 * @param nodes the applications that may not have kept their leases
	 */
	void add(Stretch time, Set<String> nodes) {
		this.all.add(new Window(time, nodes));
	}

	/**
	 * Returns whether some of a stretch is in a window of one of some applications.
	 * @param stretch the stretch
	 * @param nodes the applications
	 * @return whether there is such a window
	 */
	boolean meet(Stretch stretch, Set<String> nodes) {
		return this.all.stream()
			.filter((window) -> window.nodes().stream().anyMatch(nodes::contains))
			.map(Window::time)
			.anyMatch((time) -> time.since() <= stretch.until() && time.until() >= stretch.since());
	}

	/**
	 * Returns how much of a stretch is free of faults for everybody.
	 * @param stretch the stretch
	 * @return the longest part in one, in milliseconds
	 */
	long longestCalm(Stretch stretch) {
		long longest = 0;
		long calmSince = stretch.since();
		for (Stretch time : this.all.stream()
			.filter((window) -> !window.nodes().isEmpty())
			.map(Window::time)
			.sorted(Comparator.comparingLong(Stretch::since))
			.toList()) {
			longest = Math.max(longest, Math.min(time.since(), stretch.until()) - calmSince);
			calmSince = Math.max(calmSince, time.until());
		}
		return Math.max(longest, stretch.until() - calmSince);
	}

	private record Window(Stretch time, Set<String> nodes) {
	}

}
