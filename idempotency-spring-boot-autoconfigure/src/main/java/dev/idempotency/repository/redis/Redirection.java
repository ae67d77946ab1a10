package dev.idempotency.repository.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The answer of a node of a cluster that does not have the key.
 *
 * @param host the host of the node that has it
 * @param port its port
 * @param once whether that is so for this call only, because the slot is just moving
 */
record Redirection(String host, int port, boolean once) {

	private static final Pattern PATTERN = Pattern.compile("(MOVED|ASK) \\d+ (.+):(\\d+)");

	static @Nullable Redirection of(String error) {
		Matcher matcher = PATTERN.matcher(error);
		if (!matcher.matches()) {
			return null;
		}
		return new Redirection(matcher.group(2), Integer.parseInt(matcher.group(3)), "ASK".equals(matcher.group(1)));
	}

}
