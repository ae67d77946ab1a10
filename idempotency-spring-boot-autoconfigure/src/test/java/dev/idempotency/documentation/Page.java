package dev.idempotency.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation, in Markdown.
 *
 * @param file where it is
 * @param text what it says
 */
record Page(Path file, String text) {

	/** The root of the repository, seen from this module. */
	static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Set<String> NOT_OURS = Set.of("target", ".git", "node_modules");

	private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\n(.*?)^```$");

	private static final Pattern LINK = Pattern.compile("!?\\[(?:[^\\[\\]]|\\[[^\\]]*\\])*\\]\\(([^()\\s]+)\\)");

	private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");

	private static final Pattern ANCHOR = Pattern.compile("<a (?:id|name)=\"([^\"]+)\"");

	private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

	/** All pages of the repository. */
	static List<Page> all() {
		return files(ROOT, ".md").stream().map(Page::of).toList();
	}

	/** The pages that users of the library read. */
	static List<Page> ofUsers() {
		return Stream.concat(files(ROOT.resolve("docs"), ".md").stream(), Stream.of(ROOT.resolve("README.md")))
			.map(Page::of)
			.toList();
	}

	static Page of(String name) {
		return of(ROOT.resolve(name));
	}

	static Page of(Path file) {
		return new Page(file, read(file));
	}

	/** The files below a directory that are ours and whose names end so. */
	static List<Path> files(Path directory, String end) {
		List<Path> files = new ArrayList<>();
		try {
			Files.walkFileTree(directory, new SimpleFileVisitor<>() {

				@Override
				public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
					return NOT_OURS.contains(visited.getFileName().toString()) ? FileVisitResult.SKIP_SUBTREE
							: FileVisitResult.CONTINUE;
				}

				@Override
				public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
					if (file.toString().endsWith(end)) {
						files.add(file);
					}
					return FileVisitResult.CONTINUE;
				}

			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return files.stream().sorted().toList();
	}

	static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** The fenced blocks in a language. */
	List<String> blocks(String... languages) {
		return FENCE.matcher(this.text)
			.results()
			.filter((block) -> List.of(languages).contains(block.group(1)))
			.map((block) -> block.group(2))
			.toList();
	}

	/** What is not in fenced blocks. */
	String prose() {
		return FENCE.matcher(this.text).replaceAll("");
	}

	/** What is in code font. */
	List<String> code() {
		return CODE.matcher(prose()).results().map((code) -> code.group(1)).toList();
	}

	/** The targets of its links and pictures. */
	List<String> links() {
		return LINK.matcher(CODE.matcher(prose()).replaceAll("code")).results().map((link) -> link.group(1)).toList();
	}

	/** What can be linked to, as GitHub names it. */
	Set<String> anchors() {
		Set<String> anchors = new HashSet<>();
		HEADING.matcher(prose()).results().map((heading) -> slug(heading.group(1))).forEach((slug) -> {
			String anchor = slug;
			for (int i = 1; !anchors.add(anchor); i++) {
				anchor = slug + "-" + i;
			}
		});
		ANCHOR.matcher(prose()).results().map((anchor) -> anchor.group(1)).forEach(anchors::add);
		return anchors;
	}

	private static String slug(String heading) {
		Matcher link = Pattern.compile("\\[([^\\]]*)\\]\\([^)]*\\)").matcher(heading);
		return link.replaceAll("$1").toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
	}

	/** Where it is, as seen from the root of the repository. */
	@Override
	public String toString() {
		return ROOT.relativize(this.file).toString();
	}

}
