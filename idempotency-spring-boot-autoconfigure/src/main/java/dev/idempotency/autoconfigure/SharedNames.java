package dev.idempotency.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.idempotency.web.IdempotencyInterceptor;
import dev.idempotency.web.IdempotentOperations.Source;

/**
 * Refuses two handler methods under one name that serve the same path and request method,
 * told apart by a header, a media type, a parameter or a version. The record of the one
 * would be that of the other: what tells them apart is not part of a fingerprint, the
 * name of the operation is.
 */
final class SharedNames {

	private final Map<String, List<MappedHandler>> handlers = new HashMap<>();

	/**
	 * Adds a handler method.
	 * @param name the name of its operation
	 * @param handler the handler method
	 * @throws IdempotencyConfigurationException if another one is there that it cannot be
	 * told apart from
	 */
	void add(String name, MappedHandler handler) {
		List<MappedHandler> others = this.handlers.computeIfAbsent(name, (key) -> new ArrayList<>());
		for (MappedHandler other : others) {
			String shared = findShared(handler, other);
			if (shared != null) {
				throw new IdempotencyConfigurationException(
						"The methods " + describe(other) + " and " + describe(handler) + " both serve requests to "
								+ shared + " as the operation '" + name
								+ "': under one key, the response of the one would be replayed for the other.",
						"Give one of them a name of its own, for example:\n\n    @Idempotent(operation = \"" + name
								+ "-2\")");
			}
		}
		others.add(handler);
	}

	private static @Nullable String findShared(MappedHandler one, MappedHandler other) {
		if (one.handler().equals(other.handler())) {
			return null;
		}
		String method = findSharedMethod(one.requestMethods(), other.requestMethods());
		if (method == null) {
			return null;
		}
		Set<String> shapes = other.paths().stream().map(SharedNames::shape).collect(Collectors.toSet());
		return one.paths()
			.stream()
			.filter((path) -> shapes.contains(shape(path)))
			.map((path) -> method + path)
			.findFirst()
			.orElse(null);
	}

	/** None stands for all of them. Requests by safe methods are never touched. */
	private static @Nullable String findSharedMethod(Set<String> one, Set<String> other) {
		if (one.isEmpty() && other.isEmpty()) {
			return "";
		}
		Set<String> shared = new HashSet<>(one.isEmpty() ? other : one);
		if (!one.isEmpty() && !other.isEmpty()) {
			shared.retainAll(other);
		}
		return shared.stream()
			.filter((method) -> !IdempotencyInterceptor.isUntouched(method))
			.sorted()
			.findFirst()
			.map((method) -> method + " ")
			.orElse(null);
	}

	/**
	 * Returns a path pattern without the names of its variables, their expressions left
	 * in place.
	 */
	private static String shape(String path) {
		StringBuilder shape = new StringBuilder();
		int depth = 0;
		boolean inName = false;
		for (int i = 0; i < path.length(); i++) {
			char c = path.charAt(i);
			if (c == '{') {
				inName = depth == 0;
				depth++;
			}
			else if (c == '}') {
				depth--;
				inName = false;
			}
			else if (c == ':') {
				inName = false;
			}
			if (!inName || c == '{' || c == '*') {
				shape.append(c);
			}
		}
		return shape.toString();
	}

	private static String describe(MappedHandler handler) {
		Source source = Source.of(handler.handler());
		return source.type().getName() + "." + source.method().getName()
				+ Arrays.stream(source.method().getParameterTypes())
					.map(Class::getSimpleName)
					.collect(Collectors.joining(", ", "(", ")"));
	}

}
