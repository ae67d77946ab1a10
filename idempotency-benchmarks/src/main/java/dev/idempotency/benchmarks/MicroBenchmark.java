package dev.idempotency.benchmarks;

import java.io.IOException;
import java.util.Collection;
import java.util.Objects;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the benchmarks of JMH in this module, with the bytes that they allocate.
 */
public final class MicroBenchmark {

	private static final String ALLOCATED = "gc.alloc.rate.norm";

	private MicroBenchmark() {
	}

	/**
	 * Runs the benchmarks.
	 * @param args those of JMH, such as a regular expression for the names
	 * @throws RunnerException if they fail
	 * @throws CommandLineOptionException if JMH does not know an argument
	 * @throws IOException if the report cannot be written
	 */
	public static void main(String[] args) throws RunnerException, CommandLineOptionException, IOException {
		Collection<RunResult> results = new Runner(
				new OptionsBuilder().parent(new CommandLineOptions(args)).addProfiler(GCProfiler.class).build())
			.run();
		Report report = new Report("What the library does outside of round trips", MicroBenchmark.class, "JMH");
		report
			.line("A request is a POST of 300 bytes, answered with some 300, on the memory repository and a mock of the"
					+ " container. `bare` is the same handler without the annotation.");
		report.line("");
		report.line("| benchmark | time | ± | allocated bytes |");
		report.line("|---|---|---|---|");
		for (RunResult result : results) {
			Result<?> time = result.getPrimaryResult();
			String name = result.getParams().getBenchmark();
			report.line("| `%s` | %.2f %s | %.2f | %,.0f |",
					name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1), time.getScore(),
					time.getScoreUnit().replace("/op", ""), time.getScoreError(),
					Objects.requireNonNull(result.getSecondaryResults().get(ALLOCATED)).getScore());
		}
		report.write("micro.md");
	}

}
