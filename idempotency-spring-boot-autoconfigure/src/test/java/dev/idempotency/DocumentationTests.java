package dev.idempotency;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the documentation to the code.
 */
class DocumentationTests {

	private static final Path ROOT = Path.of("..");

	/** A test class in code font, and the numbers of behaviours that may follow it. */
	private static final Pattern TESTS = Pattern.compile("`(\\w+Tests)`((?:,? \\d\\.\\d+\\b)*)");

	private static final Pattern NUMBER = Pattern.compile("\\d\\.\\d+");

	@Test
	void thereArePagesThatNameTests() {
		assertThat(pages()).anySatisfy((page) -> assertThat(TESTS.matcher(read(page)).find()).isTrue());
	}

	@ParameterizedTest
	@MethodSource("pages")
	void testsThatAPageNamesShowTheBehavioursThatItNames(Path page) {
		assertThat(TESTS.matcher(read(page)).results()).allSatisfy((reference) -> {
			String test = read(source(reference.group(1)));
			assertThat(NUMBER.matcher(reference.group(2)).results().map(MatchResult::group))
				.allSatisfy((number) -> assertThat(test)
					.containsPattern("@DisplayName\\(\"(\\d\\.\\d+ )*" + Pattern.quote(number) + " "));
		});
	}

	private static Path source(String test) {
		List<Path> sources = files(Path.of("src", "test"), "/" + test + ".java");
		assertThat(sources).as(test).hasSize(1);
		return sources.get(0);
	}

	static List<Path> pages() {
		return Stream
			.concat(files(ROOT.resolve("docs"), ".md").stream(),
					Stream.of("README.md", "CONTRIBUTING.md").map(ROOT::resolve))
			.toList();
	}

	private static List<Path> files(Path directory, String end) {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter((file) -> file.toString().endsWith(end)).sorted().toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
