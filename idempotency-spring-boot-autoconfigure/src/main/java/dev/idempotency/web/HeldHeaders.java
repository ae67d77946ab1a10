package dev.idempotency.web;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

import dev.idempotency.engine.StoredResponse.Header;

/**
 * The headers that were set since the claim, apart from those that stood before it.
 */
final class HeldHeaders {

	private final List<HeldHeader> headers = new ArrayList<>();

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
					storable.add(new Header(header.name, header.values.get(i), header.replaces && i == 0));
				}
			}
		}
		return storable;
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
