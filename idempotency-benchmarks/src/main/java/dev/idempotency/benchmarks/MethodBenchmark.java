package dev.idempotency.benchmarks;

import java.util.UUID;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

import dev.idempotency.IdempotencyTemplate;
import dev.idempotency.IdempotentSteps;
import dev.idempotency.benchmarks.server.BenchmarkServer;
import dev.idempotency.benchmarks.server.Bookings;
import dev.idempotency.benchmarks.server.Bookings.Booking;

/**
 * What the library does with a method call and with a step outside of round trips, on the
 * memory repository. The difference to {@link #bare()} is the price of a call, that of
 * {@link #step()} to {@link #template()} the price of a step.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
@Fork(value = 3, jvmArgsAppend = "-Xmx2g")
public class MethodBenchmark {

	private final String recorded = UUID.randomUUID().toString();

	private final String prefix = UUID.randomUUID().toString().substring(0, 23);

	private long number;

	private final ConfigurableApplicationContext application;

	private final Bookings bookings;

	private final IdempotencyTemplate template;

	private final IdempotentSteps steps;

	/**
	 * Starts the application.
	 */
	public MethodBenchmark() {
		this.application = SpringApplication.run(BenchmarkServer.class, "--idempotency.repository=memory",
				"--idempotency.memory.max-records=20000000", "--idempotency.ttl=200ms",
				"--idempotency.jdbc.purge.interval=100ms", "--server.port=0",
				"--spring.autoconfigure.exclude=" + DataSourceAutoConfiguration.class.getName());
		this.bookings = this.application.getBean(Bookings.class);
		this.template = this.application.getBean(IdempotencyTemplate.class);
		this.steps = this.application.getBean(IdempotentSteps.class);
	}

	@TearDown
	public void stop() {
		this.application.close();
	}

	// A method without the annotation
	@Benchmark
	public Booking bare() {
		return this.bookings.bare(newKey());
	}

	// A first execution
	@Benchmark
	public Booking first() {
		return this.bookings.ours(newKey());
	}

	// A replay, except for the first one of every ttl
	@Benchmark
	public Booking replay() {
		return this.bookings.ours(this.recorded);
	}

	// An operation without annotation
	@Benchmark
	public Booking template() {
		return this.template.execute("template", newKey(), Booking.class, () -> this.bookings.bare("one"));
	}

	// The same with its work in a step
	@Benchmark
	public Booking step() {
		return this.template.execute("stepwise", newKey(), Booking.class,
				() -> this.steps.run("book", Booking.class, (key) -> this.bookings.bare("one")));
	}

	private String newKey() {
		return this.prefix + this.number++;
	}

}
