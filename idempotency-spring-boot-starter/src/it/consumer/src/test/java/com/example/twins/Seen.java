package com.example.twins;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * What came of a request, without what differs between any two.
 *
 * @param answer what the client got
 * @param notes what handlers and filters noted
 * @param runs how often handlers ran
 */
record Seen(Answer answer, List<String> notes, int runs) {

	private static final Pattern TWIN = Pattern.compile("marked|simple");

	private static final Pattern CHANGING = Pattern
		.compile("(?i)jsessionid=[^;? ]*|Expires=[^;]*|\"timestamp\":\"[^\"]*\"|<div id='created'>[^<]*</div>");

	/**
	 * What a handler reads back of the head that a container makes when it sends it: held
	 * back, that is not made yet.
	 */
	private static final Pattern MADE_BY_CONTAINER = Pattern
		.compile("(?:, )?(?:Transfer-Encoding|Content-Length|Location|Trailer)=\\[[^\\]]*\\]/[^,\\]]*/(?:true|false)");

	/** Headers that a replay computes afresh, or leaves out (2.2). */
	private static final Set<String> OF_A_DELIVERY = Set.of("date", "set-cookie", "connection", "keep-alive",
			"transfer-encoding", "content-length", "content-encoding", "vary", "trailer", "x-hop", "server", "www-authenticate",
			Answer.MARKER.toLowerCase(Locale.ROOT));

	List<String> headers() {
		return this.answer.headers()
			.stream()
			.filter((line) -> !Answer.name(line).equals("date"))
			.map(Seen::normalized)
			.sorted()
			.toList();
	}

	/**
	 * The headers that a replay has as well.
	 */
	List<String> recordedHeaders() {
		return this.answer.headers()
			.stream()
			.filter((line) -> !OF_A_DELIVERY.contains(Answer.name(line)))
			.sorted()
			.toList();
	}

	/**
	 * The body without its encoding, which is chosen for each delivery (2.2).
	 */
	byte[] decodedBody() {
		byte[] body = this.answer.body();
		if (!"gzip".equals(this.answer.header("Content-Encoding"))) {
			return body;
		}
		try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(body))) {
			return gzip.readAllBytes();
		}
		catch (IOException ex) {
			// The handler itself broke it
			return body;
		}
	}

	String body() {
		return normalized(this.answer.text());
	}

	List<String> normalizedNotes() {
		return this.notes.stream()
			.map(Seen::normalized)
			.map((note) -> note.startsWith("headers ")
					? MADE_BY_CONTAINER.matcher(note).replaceAll("").replace("[, ", "[") : note)
			.toList();
	}

	private static String normalized(String text) {
		return CHANGING.matcher(TWIN.matcher(text).replaceAll("{twin}")).replaceAll("{changing}");
	}

	@Override
	public String toString() {
		return this.answer + "\n"
				+ this.notes.stream().map((note) -> "    saw: " + shown(note, 300)).collect(Collectors.joining("\n"));
	}

	static String shown(String text, int length) {
		String visible = text.replaceAll("[^\\x20-\\x7e]", "?");
		return (visible.length() > length) ? visible.substring(0, length) + "..." : visible;
	}

}
