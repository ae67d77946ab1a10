package dev.idempotency.web;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

import dev.idempotency.engine.StoredResponse.Header;

/**
 * The headers that were set since the claim, apart from those that stood before it.
 */
final class HeldHeaders {

	private static final String CONTENT_LANGUAGE = "Content-Language";

	private final List<HeldHeader> headers = new ArrayList<>();

	/** What the locale became, or is to become when the container sends the head. */
	private @Nullable String language;

	private boolean languageMade;

	/** Headers that stood before these, while these are left to the container. */
	private @Nullable Set<String> ofOthers;

	void set(String name, @Nullable String value) {
		HeldHeader header = find(name);
		if (header == null) {
			header = new HeldHeader(name);
			this.headers.add(header);
		}
		header.replaces = true;
		header.applied = 0;
		header.values.clear();
		if (value != null) {
			header.values.add(value);
		}
	}

	void add(String name, String value) {
		HeldHeader header = find(name);
		if (header == null) {
			header = new HeldHeader(name);
			this.headers.add(header);
		}
		header.values.add(value);
	}

	boolean replaces(String name) {
		HeldHeader header = find(name);
		return header != null && header.replaces;
	}

	List<String> values(String name) {
		HeldHeader header = find(name);
		return (header != null) ? header.values : List.of();
	}

	List<String> names() {
		return this.headers.stream().filter((header) -> !header.values.isEmpty()).map((header) -> header.name).toList();
	}

	void clear() {
		this.headers.clear();
		this.language = null;
		this.ofOthers = null;
	}

	/**
	 * Sets the locale, of which some containers make a header at once and in a way of
	 * their own, others later.
	 */
	void locale(HttpServletResponse response, @Nullable Locale locale) {
		String before = response.getHeader(CONTENT_LANGUAGE);
		response.setLocale(locale);
		String after = response.getHeader(CONTENT_LANGUAGE);
		this.languageMade = !Objects.equals(before, after);
		this.language = (this.languageMade || locale == null) ? after : locale.toLanguageTag();
	}

	/**
	 * Leaves the headers to a container that may render an error page.
	 */
	void handOver(HttpServletResponse response) {
		this.ofOthers = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
		this.ofOthers.addAll(response.getHeaderNames());
		applyTo(response);
	}

	/**
	 * Takes the headers back, if they were left to it, as the container has left them: it
	 * may have dropped some, and set some of its own for the error page.
	 */
	void takeOver(HttpServletResponse response) {
		Set<String> others = this.ofOthers;
		if (others == null) {
			return;
		}
		this.ofOthers = null;
		this.headers.removeIf((header) -> !response.containsHeader(header.name));
		if (this.languageMade && !response.containsHeader(CONTENT_LANGUAGE)) {
			this.language = null;
		}
		for (String name : response.getHeaderNames()) {
			HeldHeader header = find(name);
			boolean own = (header != null) ? header.replaces : !others.contains(name);
			if (own) {
				set(name, null);
				response.getHeaders(name).forEach((value) -> add(name, value));
			}
		}
		this.headers.forEach((header) -> header.applied = header.values.size());
	}

	/**
	 * Sets the headers on a response, as far as that has not been done.
	 */
	void applyTo(HttpServletResponse response) {
		for (HeldHeader header : this.headers) {
			if (header.replaces && header.values.isEmpty()) {
				response.setHeader(header.name, null);
			}
			for (int i = header.applied; i < header.values.size(); i++) {
				if (header.replaces && i == 0) {
					response.setHeader(header.name, header.values.get(i));
				}
				else {
					response.addHeader(header.name, header.values.get(i));
				}
			}
			header.applied = header.values.size();
		}
	}

	/**
	 * Returns the headers that belong to the recorded response; those that the Connection
	 * header names do not.
	 */
	List<Header> storable(StorableHeaders rule) {
		Set<String> hopByHop = new LinkedHashSet<>();
		for (String value : values("Connection")) {
			for (String name : StringUtils.tokenizeToStringArray(value, ",")) {
				hopByHop.add(name.toLowerCase(Locale.ROOT));
			}
		}
		List<Header> storable = new ArrayList<>(this.headers.size() + 1);
		for (HeldHeader header : this.headers) {
			if (rule.includes(header.name) && !hopByHop.contains(header.name.toLowerCase(Locale.ROOT))) {
				for (int i = 0; i < header.values.size(); i++) {
					storable.add(new Header(header.name, oneLine(header.values.get(i)), header.replaces && i == 0));
				}
			}
		}
		if (this.language != null && values(CONTENT_LANGUAGE).isEmpty() && rule.includes(CONTENT_LANGUAGE)) {
			storable.add(new Header(CONTENT_LANGUAGE, this.language, true));
		}
		return storable;
	}

	/**
	 * Returns a value as containers send it, so that no record holds one that would end
	 * the line.
	 */
	private static String oneLine(String value) {
		return value.replace('\r', ' ').replace('\n', ' ').replace('\0', ' ');
	}

	/**
	 * Returns the value of a Content-Length header.
	 * @param value the value, as the application gave it
	 * @return the length in bytes, -1 if it is none
	 */
	static long parseLength(@Nullable String value) {
		try {
			return (value != null) ? Long.parseLong(value) : -1;
		}
		catch (NumberFormatException ex) {
			return -1;
		}
	}

	private @Nullable HeldHeader find(String name) {
		for (HeldHeader header : this.headers) {
			if (header.name.equalsIgnoreCase(name)) {
				return header;
			}
		}
		return null;
	}

	/**
	 * One header, with whether it replaces what stood before.
	 */
	private static final class HeldHeader {

		private final String name;

		private final List<String> values = new ArrayList<>(1);

		private boolean replaces;

		/** How many of the values stand on the response already. */
		private int applied;

		HeldHeader(String name) {
			this.name = name;
		}

	}

}
