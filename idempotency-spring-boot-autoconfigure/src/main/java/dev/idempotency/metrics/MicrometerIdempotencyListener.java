package dev.idempotency.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import dev.idempotency.engine.IdempotencyListener;
import dev.idempotency.engine.Outcome;
import dev.idempotency.engine.RepositoryCall;

/**
 * Measures what the engine tells it. Neither a key nor a principal is ever a tag.
 *
 * @since 0.1.0
 */
public final class MicrometerIdempotencyListener implements IdempotencyListener {

	private static final String OPERATION = "operation";

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
		this.purged = Counter.builder("idempotency.records.purged")
			.description("Expired records deleted by this process")
			.register(registry);
	}

	@Override
	public void onRequest(String operation, Outcome outcome, long nanos) {
		this.requests.computeIfAbsent(new RequestTags(operation, outcome), this::requestTimer)
			.record(nanos, TimeUnit.NANOSECONDS);
	}

	private Timer requestTimer(RequestTags tags) {
		return Timer.builder("idempotency.requests")
			.description("Requests to idempotent operations")
			.tag(OPERATION, tags.operation())
			.tag("outcome", tags.outcome().tag())
			.register(this.registry);
	}

	@Override
	public void onRepositoryCall(RepositoryCall call, String result, long nanos) {
		this.calls.computeIfAbsent(new CallTags(call, result), this::callTimer).record(nanos, TimeUnit.NANOSECONDS);
	}

	private Timer callTimer(CallTags tags) {
		return Timer.builder("idempotency.repository")
			.description("Calls of the idempotency repository")
			.tag("repository", this.repository)
			.tag("call", tags.call().tag())
			.tag("result", tags.result())
			.register(this.registry);
	}

	@Override
	public void onLeaseLost(String operation) {
		this.registry.counter("idempotency.leases.lost", OPERATION, operation).increment();
	}

	@Override
	public void onLeaseAbandoned(String operation) {
		this.registry.counter("idempotency.leases.abandoned", OPERATION, operation).increment();
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
