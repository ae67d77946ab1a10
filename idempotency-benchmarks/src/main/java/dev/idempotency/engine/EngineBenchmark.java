package dev.idempotency.engine;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
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

import dev.idempotency.IdempotencyKey;
import dev.idempotency.engine.StoredResponse.Header;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;

/**
 * The engine on the memory repository, and the format of what it stores.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EngineBenchmark {

	private static final Fingerprint FINGERPRINT = Fingerprint.of(new byte[32]);

	private final MemoryIdempotencyRepository repository = new MemoryIdempotencyRepository(10, Clock.systemUTC());

	private final IdempotencyEngine engine = new IdempotencyEngine(this.repository, Duration.ofSeconds(30),
			new IdempotencyListener() {
			});

	private final Operation operation = new Operation("pay", Duration.ofHours(24), Duration.ofSeconds(30),
			Duration.ZERO, AbandonedPolicy.RETRY, RepositoryFailurePolicy.REJECT, "urn:problem:", false);

	private final RecordId first = RecordId.of("", "", new IdempotencyKey("first"));

	private final RecordId recorded = RecordId.of("", "", new IdempotencyKey("recorded"));

	private final StoredResponse response = new StoredResponse(201,
			List.of(new Header("Content-Type", "application/json", true),
					new Header("Location", "/payments/58253d47-006b-4c34-844a-d94c681b16ec", false)),
			ByteBuffer.wrap(new byte[300]));

	private final byte[] encoded = ResponseCodec.encode(this.response);

	@TearDown
	public void close() {
		this.engine.close();
	}

	// A claim, its completion, and the deletion that makes room for the next
	@Benchmark
	public boolean claimAndComplete() {
		execute(this.first);
		return this.repository.delete(this.first);
	}

	@Benchmark
	public Object replay() {
		Decision decision = this.engine.begin(this.operation, this.recorded, FINGERPRINT);
		if (decision instanceof Decision.Run run) {
			this.engine.complete(run.claim(), 201, this.response);
		}
		return decision;
	}

	private void execute(RecordId id) {
		Decision.Run run = (Decision.Run) this.engine.begin(this.operation, id, FINGERPRINT);
		this.engine.complete(run.claim(), 201, this.response);
	}

	@Benchmark
	public byte[] encode() {
		return ResponseCodec.encode(this.response);
	}

	@Benchmark
	public Object decode() {
		return ResponseCodec.decode(201, this.encoded);
	}

}
