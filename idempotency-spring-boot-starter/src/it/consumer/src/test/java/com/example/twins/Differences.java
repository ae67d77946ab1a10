package com.example.twins;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Collects how twins differ, so that a failure shows all of it.
 */
final class Differences {

	private final List<String> lines = new ArrayList<>();

	/**
	 * A row that does not reach its handler, or not with the outcome that it is about, is
	 * wrong.
	 */
	void compareExpected(Row row, Seen off) {
		if (row.status() != 0) {
			differ("with the library off", "status", row.status(), off.answer().status());
			differ("with the library off", "handler reached", row.entered(), off.runs() > 0);
		}
	}

	void compare(String which, Seen expected, Seen actual) {
		differ(which, "status line", expected.answer().statusLine(), actual.answer().statusLine());
		differ(which, expected.headers(), actual.headers());
		differ(which, "framing", expected.answer().framing(), actual.answer().framing());
		differ(which, "connection", expected.answer().connection(), actual.answer().connection());
		if (!expected.body().equals(actual.body())) {
			this.lines.add(which + ": body differs");
		}
		List<String> expectedNotes = expected.normalizedNotes();
		List<String> actualNotes = actual.normalizedNotes();
		for (int i = 0; i < Math.max(expectedNotes.size(), actualNotes.size()); i++) {
			differ(which, "seen", (i < expectedNotes.size()) ? expectedNotes.get(i) : "nothing",
					(i < actualNotes.size()) ? actualNotes.get(i) : "nothing");
		}
		differ(which, "runs", expected.runs(), actual.runs());
	}

	/**
	 * What was cut short claims nothing, whether or not the handler would have read it
	 * (3.7). A form that the container refuses is refused in its way (3.9).
	 */
	void compareCutShort(String which, Row row, Seen simple, Seen actual) {
		differ(which, "runs", 0, actual.runs());
		differ(which, "marked", false, actual.answer().isReplay());
		if (row.request().isForm() && simple.runs() == 0) {
			differ(which, "status line", simple.answer().statusLine(), actual.answer().statusLine());
		}
		else if (actual.answer().status() != 0) {
			differ(which, "status", 400, actual.answer().status());
		}
	}

	void compareReplay(Row row, Seen first, Seen retry) {
		differ("retry", "runs", row.runsOfRetry(), retry.runs());
		differ("retry", "status line", first.answer().statusLine(), retry.answer().statusLine());
		if (row.marked()) {
			differ("retry", "marked", true, retry.answer().isReplay());
		}
		if (first.answer().framing().equals("cut short")) {
			// The handler itself broke it
			return;
		}
		differ("retry", first.recordedHeaders(), retry.recordedHeaders());
		if (!Arrays.equals(first.decodedBody(), retry.decodedBody())) {
			this.lines.add("retry: body differs");
		}
		if (retry.answer().framing().equals("cut short") || retry.answer().connection().startsWith("followed")) {
			this.lines.add("retry: framing is broken: body " + retry.answer().framing() + ", connection "
					+ retry.answer().connection());
		}
	}

	private void differ(String which, List<String> expected, List<String> actual) {
		List<String> missing = new ArrayList<>(expected);
		actual.forEach(missing::remove);
		List<String> added = new ArrayList<>(actual);
		expected.forEach(added::remove);
		missing.forEach((line) -> this.lines.add(which + ": header missing: " + line));
		added.forEach((line) -> this.lines.add(which + ": header added: " + line));
	}

	private void differ(String which, String what, Object expected, Object actual) {
		if (!expected.equals(actual)) {
			this.lines.add(which + ": " + what + ": expected <" + Seen.shown(expected.toString(), 200) + "> but was <"
					+ Seen.shown(actual.toString(), 200) + ">");
		}
	}

	void check(Row row, Seen off, Seen simple, Seen first, Seen retry) {
		if (!this.lines.isEmpty()) {
			throw new AssertionError(this.lines.stream().collect(Collectors.joining("\n")) + "\n\n--- request\n"
					+ row.request().method() + " " + row.request().target() + "\n--- with the library off\n" + off
					+ "\n--- without annotation\n" + simple + "\n--- with annotation, first\n" + first
					+ "\n--- with annotation, retry\n" + retry);
		}
	}

}
