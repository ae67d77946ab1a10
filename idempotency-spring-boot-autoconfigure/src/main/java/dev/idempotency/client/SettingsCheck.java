package dev.idempotency.client;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import org.springframework.util.Assert;

/**
 * Refuses settings that make no sense.
 */
final class SettingsCheck {

	/** A token of RFC 9110, section 5.6.2. */
	private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

	private SettingsCheck() {
	}

	static void headerName(String setting, String name, String example) {
		Assert.isTrue(HEADER_NAME.matcher(name).matches(),
				() -> setting + " must be the name of a header, for example " + example);
	}

	/**
	 * Checks patterns of hosts.
	 * @param setting the name of the setting
	 * @param patterns the patterns
	 * @return the patterns in lower case
	 */
	static List<String> hosts(String setting, List<String> patterns) {
		Assert.isTrue(
				!patterns.isEmpty()
						&& patterns.stream().noneMatch((pattern) -> pattern.isBlank() || pattern.indexOf('/') != -1),
				() -> setting + " must be patterns of host names, at least one, without scheme and path, for example"
						+ " *.example.com");
		return patterns.stream().map((host) -> host.toLowerCase(Locale.ROOT)).toList();
	}

}
