package dev.idempotency.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the code that the documentation shows to that which runs.
 */
class TestingDocumentationTests {

	private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	@Test
	void everyExampleOfThePageIsATest() throws IOException {
		String tests = source(PaymentControllerTests.class) + source(PaymentReplayTests.class);
		String page = Files.readString(Path.of("..", "docs", "testing.md"));
		List<String> examples = CODE.matcher(page).results().map((example) -> example.group(1)).toList();
		assertThat(examples).hasSize(3)
			.allSatisfy((example) -> assertThat(tests).contains(withoutIndentation(example)));
	}

	private static String source(Class<?> test) throws IOException {
		return withoutIndentation(
				Files.readString(Path.of("src/test/java", test.getName().replace('.', '/') + ".java")));
	}

	private static String withoutIndentation(String code) {
		return code.replaceAll("(?m)^[ \t]+", "");
	}

}
