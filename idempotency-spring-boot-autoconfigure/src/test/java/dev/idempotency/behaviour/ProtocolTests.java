package dev.idempotency.behaviour;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * The model of the protocol in {@code docs/maintainers/model}: that it holds, and that it
 * can fail. Runs where Spin and a C compiler are installed.
 */
class ProtocolTests {

	@Test
	@DisplayName("4.6 4.9 5.1 5.2 5.9 5.12 the model of the protocol holds, and protocols with a mistake do not")
	void model() throws IOException, InterruptedException {
		assumeThat(Stream.of("bash", "spin", "cc")).as("programs on the path").allMatch(ProtocolTests::isOnThePath);
		Path output = Files.createTempFile("protocol", ".txt");
		try {
			Process check = new ProcessBuilder("bash", script().toString(), "quick").redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			int status = check.waitFor();
			assertThat(status).as(Files.readString(output, StandardCharsets.UTF_8)).isZero();
		}
		finally {
			Files.delete(output);
		}
	}

	private static Path script() {
		Path directory = Path.of("").toAbsolutePath();
		while (!Files.exists(directory.resolve("docs/maintainers/model/check"))) {
			directory = directory.getParent();
			assertThat(directory).as("the directory above docs/maintainers/model/check").isNotNull();
		}
		return directory.resolve("docs/maintainers/model/check");
	}

	private static boolean isOnThePath(String program) {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, program)));
	}

}
