package dev.idempotency.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.util.unit.DataSize;

/**
 * Explains a property of ours that cannot be converted: with Spring Boot's own analysis
 * the reader would still have to look up what a valid value is.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class IdempotencyBindFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("idempotency");

	private static final Map<Class<?>, String> EXAMPLES = Map.of(Duration.class, "30s", DataSize.class, "1MB",
			Pattern.class, "[0-9a-f-]{36}", boolean.class, "true", int.class, "255");

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		BindException innermost = innermost(cause);
		ConfigurationProperty property = innermost.getProperty();
		Class<?> type = innermost.getTarget().getType().resolve();
		if (property == null || type == null || !PREFIX.isAncestorOf(property.getName())) {
			return null;
		}
		return new FailureAnalysis(
				"The property '" + property.getName() + "' has the value '" + property.getValue() + "'"
						+ ((property.getOrigin() != null) ? " (from " + property.getOrigin() + ")" : "") + ", but "
						+ expectation(type) + ".",
				"Change the value, for example to:\n\n    " + property.getName() + "=" + example(type), cause);
	}

	private static BindException innermost(BindException exception) {
		BindException innermost = exception;
		for (Throwable cause = exception.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof BindException bindException) {
				innermost = bindException;
			}
		}
		return innermost;
	}

	private static String expectation(Class<?> type) {
		if (type.isEnum()) {
			return "must be one of " + Arrays.stream(type.getEnumConstants())
				.map((value) -> "'" + value.toString().toLowerCase(Locale.ROOT) + "'")
				.collect(Collectors.joining(", "));
		}
		if (type == Duration.class) {
			return "must be a duration such as 500ms, 30s, 24h or PT24H";
		}
		if (type == DataSize.class) {
			return "must be a size such as 512KB or 1MB";
		}
		if (type == Pattern.class) {
			return "must be a regular expression";
		}
		return "must be a valid " + type.getSimpleName();
	}

	private static String example(Class<?> type) {
		if (type.isEnum()) {
			return type.getEnumConstants()[0].toString().toLowerCase(Locale.ROOT);
		}
		return EXAMPLES.getOrDefault(type, "…");
	}

}
