package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.unit.DataSize;

import dev.idempotency.Idempotent;
import dev.idempotency.engine.Operation;
import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.IdempotentOperations;
import dev.idempotency.web.KeyParser;
import dev.idempotency.web.ReplayStatuses;
import dev.idempotency.web.StorableHeaders;

/**
 * Joins configuration and annotation to the settings of an operation, and refuses values
 * that make no sense before the application serves a request with them.
 */
final class OperationSettings implements IdempotentOperations.SettingsResolver {

	private static final Pattern OPERATION_NAME = Pattern.compile("[a-z0-9]+(?:-[a-z0-9]+)*");

	private static final int MAX_OPERATION_NAME_LENGTH = 255;

	/** A token of RFC 9110, section 5.6.2. */
	private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

	private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

	private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

	private final IdempotencyProperties properties;

	private final Environment environment;

	private final KeyParser keyParser;

	private final ReplayStatuses replayStatuses;

	private final StorableHeaders storableHeaders;

	/**
	 * Creates the settings.
	 * @param properties the configuration
	 * @param environment resolves placeholders in annotations
	 * @throws IdempotencyConfigurationException if a property makes no sense
	 */
	OperationSettings(IdempotencyProperties properties, Environment environment) {
		this.properties = properties;
		this.environment = environment;
		check(properties);
		this.keyParser = new KeyParser(properties.headerName(), properties.key().format(), properties.key().maxLength(),
				properties.key().pattern(), properties.problem().typePrefix());
		this.replayStatuses = statuses(properties);
		this.storableHeaders = new StorableHeaders(properties.replay().excludedHeaders());
	}

	private static void check(IdempotencyProperties properties) {
		checkHeaderName("idempotency.header-name", properties.headerName(), "Idempotency-Key");
		checkHeaderName("idempotency.replay.header-name", properties.replay().headerName(), "Idempotent-Replayed");
		properties.replay()
			.excludedHeaders()
			.forEach((name) -> checkHeaderName("idempotency.replay.excluded-headers", name, "X-Request-Cost"));
		check(properties.key().maxLength() > 0, "idempotency.key.max-length", properties.key().maxLength(),
				"must be at least 1", "255");
		checkPositive("idempotency.ttl", properties.ttl(), "24h");
		check(properties.lease().compareTo(SHORTEST_LEASE) >= 0, "idempotency.lease", properties.lease(),
				"must be at least 100ms, since it is renewed by a sixth of it", "30s");
		checkPositive("idempotency.repository-timeout", properties.repositoryTimeout(), "5s");
		check(properties.repositoryTimeout().compareTo(LONGEST_TIMEOUT) <= 0, "idempotency.repository-timeout",
				properties.repositoryTimeout(), "must be at most 1h", "5s");
		check(!properties.waitTime().isNegative(), "idempotency.wait", properties.waitTime(), "must not be negative",
				"5s");
		checkSize("idempotency.max-request-size", properties.maxRequestSize());
		checkSize("idempotency.max-response-size", properties.maxResponseSize());
		checkPositive("idempotency.jdbc.purge.interval", properties.jdbc().purge().interval(), "1m");
		check(properties.jdbc().purge().batchSize() > 0, "idempotency.jdbc.purge.batch-size",
				properties.jdbc().purge().batchSize(), "must be at least 1", "1000");
		check(properties.memory().maxRecords() > 0, "idempotency.memory.max-records", properties.memory().maxRecords(),
				"must be at least 1", "100000");
		checkTypePrefix(properties.problem().typePrefix());
	}

	private static void check(boolean valid, String property, Object value, String reason, String example) {
		if (!valid) {
			throw IdempotencyConfigurationException.invalidProperty(property, value, reason, example);
		}
	}

	private static void checkHeaderName(String property, String name, String example) {
		check(HEADER_NAME.matcher(name).matches(), property, name, "must be the name of a header", example);
	}

	private static void checkPositive(String property, Duration duration, String example) {
		check(duration.toMillis() > 0, property, duration, "must be at least 1ms", example);
	}

	private static void checkSize(String property, DataSize size) {
		check(size.toBytes() > 0 && size.toBytes() < Integer.MAX_VALUE, property, size,
				"must be more than 0B and less than 2GB", "1MB");
	}

	private static void checkTypePrefix(String prefix) {
		try {
			URI.create(prefix + "in-flight");
		}
		catch (IllegalArgumentException ex) {
			throw IdempotencyConfigurationException.invalidProperty("idempotency.problem.type-prefix", prefix,
					"must be the start of a URI", "https://example.com/problems/");
		}
	}

	private static ReplayStatuses statuses(IdempotencyProperties properties) {
		try {
			return ReplayStatuses.of(properties.replay().statuses());
		}
		catch (IllegalArgumentException ex) {
			throw IdempotencyConfigurationException.invalidProperty("idempotency.replay.statuses",
					String.join(",", properties.replay().statuses()), String.valueOf(ex.getMessage()), "2xx,3xx,404");
		}
	}

	Duration shortestLease() {
		return this.properties.lease();
	}

	@Override
	public HandlerOperation resolve(String name, Idempotent annotation, Method method) {
		if (name.length() > MAX_OPERATION_NAME_LENGTH || !OPERATION_NAME.matcher(name).matches()) {
			throw invalidAttribute(method, "operation", name,
					"must consist of at most " + MAX_OPERATION_NAME_LENGTH + " lower case letters, digits and '-'",
					"create-payment");
		}
		Operation operation = new Operation(name, ttl(annotation, method), this.properties.lease(),
				this.properties.waitTime(), this.properties.abandoned(), this.properties.onRepositoryFailure(),
				this.properties.problem().typePrefix());
		return new HandlerOperation(operation, annotation.required(), this.keyParser, this.replayStatuses,
				this.storableHeaders, this.properties.replay().headerName(),
				(int) this.properties.maxRequestSize().toBytes(), (int) this.properties.maxResponseSize().toBytes(),
				unless(annotation, method));
	}

	private Duration ttl(Idempotent annotation, Method method) {
		if (annotation.ttl().isEmpty()) {
			return this.properties.ttl();
		}
		try {
			Duration ttl = DurationFormatterUtils.detectAndParse(
					this.environment.resolveRequiredPlaceholders(annotation.ttl()), DurationFormat.Unit.MILLIS);
			if (ttl.toMillis() > 0) {
				return ttl;
			}
		}
		catch (IllegalArgumentException ex) {
			throw invalidAttribute(method, "ttl", annotation.ttl(), reason(ex), "24h");
		}
		throw invalidAttribute(method, "ttl", annotation.ttl(), "must be at least 1ms", "24h");
	}

	private static String reason(IllegalArgumentException failure) {
		String message = String.valueOf(failure.getMessage());
		return message.contains("placeholder") ? "has an unknown placeholder" : "must be a duration";
	}

	private static @Nullable Expression unless(Idempotent annotation, Method method) {
		if (annotation.unless().isEmpty()) {
			return null;
		}
		try {
			return new SpelExpressionParser().parseExpression(annotation.unless());
		}
		catch (ParseException ex) {
			throw invalidAttribute(method, "unless", annotation.unless(),
					"must be a SpEL expression: " + ex.getSimpleMessage(), "#status == 202");
		}
	}

	private static IdempotencyConfigurationException invalidAttribute(Method method, String attribute, String value,
			String reason, String example) {
		return new IdempotencyConfigurationException(
				"The attribute '" + attribute + "' of @Idempotent on " + method.getDeclaringClass().getName() + "."
						+ method.getName() + " has the value '" + value + "', but " + reason + ".",
				"Change the value, for example to:\n\n    @Idempotent(" + attribute + " = \"" + example + "\")");
	}

}
