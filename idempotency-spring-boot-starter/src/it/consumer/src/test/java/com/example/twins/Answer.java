package com.example.twins;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * A response as it came over the wire.
 *
 * @param statusLine the first line
 * @param headers lines, in their order
 * @param body without its framing
 * @param framing how the body came, after any interim response
 * @param connection what could be done with the connection afterwards
 */
record Answer(String statusLine, List<String> headers, byte[] body, String framing, String connection) {

	static final String MARKER = "Idempotent-Replayed";

	int status() {
		String[] parts = this.statusLine.split(" ");
		return parts[0].startsWith("HTTP/") ? Integer.parseInt(parts[1]) : 0;
	}

	String text() {
		return new String(this.body, StandardCharsets.ISO_8859_1);
	}

	String header(String name) {
		return value(this.headers, name);
	}

	boolean isReplay() {
		return "true".equals(header(MARKER));
	}

	static String name(String line) {
		return line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
	}

	static String value(List<String> headers, String name) {
		return headers.stream()
			.filter((line) -> name(line).equals(name.toLowerCase(Locale.ROOT)))
			.map((line) -> line.substring(line.indexOf(':') + 1).trim())
			.findFirst()
			.orElse(null);
	}

	@Override
	public String toString() {
		String text = text();
		String shown = (text.length() > 600) ? text.substring(0, 300) + " [... " + text.length() + " bytes ...] "
				+ text.substring(text.length() - 100) : text;
		return this.statusLine + "\n" + String.join("\n", this.headers) + "\n[body " + this.framing + ", connection "
				+ this.connection + "]\n" + shown.replaceAll("[^\\n\\x20-\\x7e]", "?");
	}

}
