package dev.idempotency.documentation;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What pages refer to is there: other pages, files, tests.
 */
class DocumentationTests {

	static final List<Page> PAGES = Page.all();

	/** A test class in code font, and the numbers of behaviours that may follow it. */
	private static final Pattern TESTS = Pattern.compile("`(\\w+Tests)`((?:,? \\d\\.\\d+\\b)*)");

	private static final Pattern NUMBER = Pattern.compile("\\d\\.\\d+");

	/** What follows an option of a documented command. */
	private static final Pattern MODULE = Pattern.compile("-pl ([\\w-]+)");

	private static final Pattern CLASS = Pattern.compile("-D(?:test|benchmark)=(\\w+)");

	@Test
	void thereArePagesThatNameTestsAndPagesThatLink() {
		assertThat(PAGES).anySatisfy((page) -> assertThat(TESTS.matcher(page.text()).find()).isTrue());
		assertThat(PAGES).anySatisfy((page) -> assertThat(page.links()).hasSizeGreaterThan(20));
	}

	@ParameterizedTest
	@FieldSource("PAGES")
	void testsThatAPageNamesShowTheBehavioursThatItNames(Page page) {
		assertThat(TESTS.matcher(page.text()).results()).allSatisfy((reference) -> {
			String test = Page.read(source(reference.group(1)));
			assertThat(NUMBER.matcher(reference.group(2)).results().map(MatchResult::group))
				.allSatisfy((number) -> assertThat(test)
					.containsPattern("@DisplayName\\(\"(\\d\\.\\d+ )*" + Pattern.quote(number) + " "));
		});
	}

	@ParameterizedTest
	@FieldSource("PAGES")
	void linksLeadSomewhere(Page page) {
		assertThat(page.links()).allSatisfy((link) -> {
			URI target = URI.create(link);
			if (target.isAbsolute()) {
				assertThat(target).hasScheme("https");
				assertThat(target.getHost()).contains(".");
			}
			else {
				assertLeadsSomewhere(page, target);
			}
		});
	}

	private static void assertLeadsSomewhere(Page page, URI target) {
		Path file = target.getPath().isEmpty() ? page.file() : page.file().resolveSibling(target.getPath()).normalize();
		assertThat(file).startsWith(Page.ROOT);
		assertThat(Files.exists(file)).as("%s", file).isTrue();
		if (target.getFragment() != null) {
			assertThat(Page.of(file).anchors()).contains(target.getFragment());
		}
	}

	@Test
	void theIndexLeadsToEveryPage() {
		Page index = Page.of("docs/README.md");
		assertThat(PAGES).filteredOn((page) -> page.file().startsWith(Page.ROOT.resolve("docs")))
			.filteredOn((page) -> !page.equals(index))
			.isNotEmpty()
			.allSatisfy((page) -> assertThat(index.links())
				.contains(index.file().getParent().relativize(page.file()).toString()));
	}

	@ParameterizedTest
	@FieldSource("PAGES")
	void commandsNameModulesAndClassesThatExist(Page page) {
		assertThat(MODULE.matcher(page.text()).results())
			.allSatisfy((module) -> assertThat(Page.ROOT.resolve(module.group(1)).resolve("pom.xml")).exists());
		assertThat(CLASS.matcher(page.text()).results()).filteredOn((name) -> !"NameTests".equals(name.group(1)))
			.allSatisfy((name) -> source(name.group(1)));
	}

	private static Path source(String type) {
		List<Path> sources = Page.files(Page.ROOT, "/" + type + ".java");
		assertThat(sources).as(type).hasSize(1);
		return sources.get(0);
	}

}
