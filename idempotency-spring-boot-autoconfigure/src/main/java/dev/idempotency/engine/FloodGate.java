package dev.idempotency.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Lets one message of each kind through in a minute and counts the others, so that an
 * outage does not flood the log.
 *
 * @param <K> the kinds of messages, of which there are few
 */
final class FloodGate<K> {

	private static final long PERIOD = Duration.ofMinutes(1).toNanos();

	private final Map<K, AtomicReference<Period>> periods = new ConcurrentHashMap<>();

	/**
	 * Asks whether a message may pass.
	 * @param kind its kind
	 * @param now the time, by {@link System#nanoTime()}
	 * @return how many of the kind were held back since the last one that passed; -1 if
	 * this one is held back
	 */
	long pass(K kind, long now) {
		AtomicReference<@Nullable Period> current = this.periods.computeIfAbsent(kind,
				(unused) -> new AtomicReference<>());
		while (true) {
			Period period = current.get();
			if (period != null && now - period.start() < PERIOD) {
				if (current.compareAndSet(period, new Period(period.start(), period.heldBack() + 1))) {
					return -1;
				}
			}
			else if (current.compareAndSet(period, new Period(now, 0))) {
				return (period != null) ? period.heldBack() : 0;
			}
		}
	}

	/**
	 * The time since a message passed.
	 *
	 * @param start when it passed
	 * @param heldBack how many were held back since
	 */
	private record Period(long start, long heldBack) {
	}

}
