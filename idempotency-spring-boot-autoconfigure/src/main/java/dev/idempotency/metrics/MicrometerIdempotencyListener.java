package dev.idempotency.metrics;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.engine.IdempotencyListener;
import dev.idempotency.engine.Outcome;
import dev.idempotency.engine.RepositoryCall;
import dev.idempotency.metrics.IdempotencyMeters.Tag;
import dev.idempotency.repository.RecordId;

/**
 * Measures what the engine tells it. All meters are there at zero as soon as the
 * operations are known, so that rates and alerts work from the first minute on.
 *
 * @since 0.1.0
 */
public final class MicrometerIdempotencyListener implements IdempotencyListener {

	private final MeterRegistry registry;

	private final String repository;

	private final Counter purged;

	private final Map<RequestTags, Timer> requests = new ConcurrentHashMap<>();

	private final Map<CallTags, Timer> calls = new ConcurrentHashMap<>();

	/**
	 * Creates a listener.
	 * @param registry where meters are registered
	 * @param repository the value of the tag {@code repository}
	 */
	public MicrometerIdempotencyListener(MeterRegistry registry, String repository) {
		this.registry = registry;
		this.repository = repository;
		this.purged = counter(IdempotencyMeters.RECORDS_PURGED).register(registry);
	}

	private static Counter.Builder counter(IdempotencyMeters meter) {
		return Counter.builder(meter.getName()).description(meter.description());
	}

	@Override
	public void onOperations(Collection<String> operations) {
		for (RepositoryCall call : RepositoryCall.values()) {
			call.results().forEach((result) -> timer(new CallTags(call, result)));
		}
		for (String operation : operations) {
			for (Outcome outcome : Outcome.values()) {
				timer(new RequestTags(operation, outcome));
			}
			counter(IdempotencyMeters.LEASES_LOST, operation);
			counter(IdempotencyMeters.LEASES_ABANDONED, operation);
		}
	}

	@Override
	public void onRequest(String operation, Outcome outcome, @Nullable RecordId id, long nanos) {
		timer(new RequestTags(operation, outcome)).record(nanos, TimeUnit.NANOSECONDS);
	}

	private Timer timer(RequestTags tags) {
		// To compute what is there already can take a lock
		Timer known = this.requests.get(tags);
		return (known != null) ? known
				: this.requests.computeIfAbsent(tags,
						(key) -> timer(IdempotencyMeters.REQUESTS).tag(Tag.OPERATION.asString(), key.operation())
							.tag(Tag.OUTCOME.asString(), key.outcome().tag())
							.register(this.registry));
	}

	private static Timer.Builder timer(IdempotencyMeters meter) {
		return Timer.builder(meter.getName()).description(meter.description());
	}

	@Override
	public void onRepositoryCall(RepositoryCall call, String result, long nanos) {
		timer(new CallTags(call, result)).record(nanos, TimeUnit.NANOSECONDS);
	}

	private Timer timer(CallTags tags) {
		Timer known = this.calls.get(tags);
		return (known != null) ? known
				: this.calls.computeIfAbsent(tags,
						(key) -> timer(IdempotencyMeters.REPOSITORY).tag(Tag.REPOSITORY.asString(), this.repository)
							.tag(Tag.CALL.asString(), key.call().tag())
							.tag(Tag.RESULT.asString(), key.result())
							.register(this.registry));
	}

	@Override
	public void onEvent(IdempotencyEvent event) {
		if (event instanceof IdempotencyEvent.LeaseLost) {
			counter(IdempotencyMeters.LEASES_LOST, event.operation()).increment();
		}
		else if (event instanceof IdempotencyEvent.LeaseAbandoned) {
			counter(IdempotencyMeters.LEASES_ABANDONED, event.operation()).increment();
		}
	}

	private Counter counter(IdempotencyMeters meter, String operation) {
		return counter(meter).tag(Tag.OPERATION.asString(), operation).register(this.registry);
	}

	@Override
	public void onPurge(int count) {
		this.purged.increment(count);
	}

	private record RequestTags(String operation, Outcome outcome) {
	}

	private record CallTags(RepositoryCall call, String result) {
	}

}
