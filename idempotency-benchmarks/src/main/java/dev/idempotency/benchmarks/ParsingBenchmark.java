package dev.idempotency.benchmarks;

import java.io.IOException;
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
import org.openjdk.jmh.annotations.Warmup;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.repository.PartsDigest;
import dev.idempotency.repository.RecordId;
import dev.idempotency.web.KeyFormat;
import dev.idempotency.web.KeyParser;

/**
 * What is done with the header and the body of a request.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ParsingBenchmark {

	private final KeyParser parser = new KeyParser("Idempotency-Key", KeyFormat.LENIENT, 255, null, "urn:problem:");

	private final String bare = UUID.randomUUID().toString();

	private final String quoted = '"' + this.bare + '"';

	private final IdempotencyKey key = new IdempotencyKey(this.bare);

	private final byte[] body = new byte[300];

	@Benchmark
	public Object parseBareKey() {
		return this.parser.parse(this.bare);
	}

	@Benchmark
	public Object parseQuotedKey() {
		return this.parser.parse(this.quoted);
	}

	@Benchmark
	public Object digestIdentity() {
		return RecordId.of("payments", "alice", this.key);
	}

	@Benchmark
	public byte[] digestRequest() throws IOException {
		return new PartsDigest().add("POST")
			.add("/payments")
			.add((String) null)
			.add("application/json")
			.add(this.body)
			.toBytes();
	}

}
