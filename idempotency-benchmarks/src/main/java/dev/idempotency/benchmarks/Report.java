package dev.idempotency.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.stream.Collectors;

import com.sun.management.OperatingSystemMXBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The figures of a benchmark as a page of the documentation, with what is needed to
 * repeat them.
 */
final class Report {

	private static final Logger logger = LoggerFactory.getLogger(Report.class);

	private static final Path DIRECTORY = Path.of("..", "docs", "benchmarks");

	private final StringBuilder page = new StringBuilder();

	/**
	 * Begins a report.
	 * @param title the title of the page
	 * @param benchmark the class that measures
	 * @param servers the servers and their versions
	 */
	Report(String title, Class<?> benchmark, String servers) {
		line("# %s", title);
		line("");
		line("Measured on %s with %s, Java %s on %s, %d cores, %d GiB of memory, by", LocalDate.now(ZoneOffset.UTC),
				servers, System.getProperty("java.version"), System.getProperty("os.name"),
				Runtime.getRuntime().availableProcessors(), memory() >> 30);
		line("");
		line("```");
		line("./mvnw -q -pl idempotency-benchmarks -am compile exec:exec -Dbenchmark=%s%s", benchmark.getSimpleName(),
				options());
		line("```");
		line("");
	}

	private static String options() {
		String options = ManagementFactory.getRuntimeMXBean()
			.getInputArguments()
			.stream()
			.filter((argument) -> argument.startsWith("-D"))
			.collect(Collectors.joining(" "));
		return options.isEmpty() ? "" : " -Doptions=\"" + options + "\"";
	}

	private static long memory() {
		return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
	}

	/**
	 * Adds a line.
	 * @param format the format of the line
	 * @param arguments its arguments
	 */
	void line(String format, Object... arguments) {
		this.page.append(String.format(Locale.ROOT, format, arguments)).append('\n');
	}

	/**
	 * Writes the page.
	 * @param name the name of its file
	 * @return the file
	 * @throws IOException if it cannot be written
	 */
	Path write(String name) throws IOException {
		Path file = Files.createDirectories(DIRECTORY).resolve(name);
		Files.writeString(file, this.page);
		logger.info("{}\nWritten to {}", this.page, file.toRealPath());
		return file;
	}

}
