package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

	private static final String OPERATIONS_PREFIX = "idempotency.operations.";

	private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

	private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

	private final IdempotencyProperties properties;

	private final Environment environment;

	private final Slice slice;

	private final Defaults defaults;

	/** The defaults of the operations that have settings of their own, by name. */
	private final Map<String, Defaults> overridden = new HashMap<>();

	/**
	 * Creates the settings.
	 * @param properties the configuration
	 * @param environment resolves placeholders in annotations
	 * @param slice how much of the application is there
	 * @throws IdempotencyConfigurationException if a property makes no sense
	 */
	OperationSettings(IdempotencyProperties properties, Environment environment, Slice slice) {
		this.properties = properties;
		this.environment = environment;
		this.slice = slice;
		checkCommon(properties);
		this.defaults = Defaults.of("idempotency", properties);
		for (String name : properties.operations().keySet()) {
			this.overridden.put(name, Defaults.of(OPERATIONS_PREFIX + name, properties.forOperation(name)));
		}
	}

	private static void checkCommon(IdempotencyProperties properties) {
		checkPositive("idempotency.repository-timeout", properties.repositoryTimeout(), "5s");
		check(properties.repositoryTimeout().compareTo(LONGEST_TIMEOUT) <= 0, "idempotency.repository-timeout",
				properties.repositoryTimeout(), "must be at most 1h", "5s");
		checkPositive("idempotency.jdbc.purge.interval", properties.jdbc().purge().interval(), "1m");
		check(properties.jdbc().purge().batchSize() > 0, "idempotency.jdbc.purge.batch-size",
				properties.jdbc().purge().batchSize(), "must be at least 1", "1000");
		int connections = properties.jdbc().connections();
		check(connections == 0 || connections > 1, "idempotency.jdbc.connections", connections,
				"must be at least 2, or 0 to borrow those of the application", "3");
		checkReplicas(properties.redis());
		check(properties.memory().maxRecords() > 0, "idempotency.memory.max-records", properties.memory().maxRecords(),
				"must be at least 1", "100000");
	}

	private static void checkReplicas(IdempotencyProperties.Redis redis) {
		check(redis.minReplicas() >= 0, "idempotency.redis.min-replicas", redis.minReplicas(), "must not be negative",
				"1");
		checkPositive("idempotency.redis.replica-timeout", redis.replicaTimeout(), "1s");
		check(redis.replicaTimeout().compareTo(LONGEST_TIMEOUT) <= 0, "idempotency.redis.replica-timeout",
				redis.replicaTimeout(), "must be at most 1h", "1s");
	}

	private static void check(String prefix, IdempotencyProperties properties) {
		checkHeaderName(prefix + ".header-name", properties.headerName(), "Idempotency-Key");
		checkHeaderName(prefix + ".replay.header-name", properties.replay().headerName(), "Idempotent-Replayed");
		properties.replay()
			.excludedHeaders()
			.forEach((name) -> checkHeaderName(prefix + ".replay.excluded-headers", name, "X-Request-Cost"));
		check(properties.key().maxLength() > 0, prefix + ".key.max-length", properties.key().maxLength(),
				"must be at least 1", "255");
		checkPositive(prefix + ".ttl", properties.ttl(), "24h");
		check(properties.lease().compareTo(SHORTEST_LEASE) >= 0, prefix + ".lease", properties.lease(),
				"must be at least 100ms, since it is renewed by a sixth of it", "30s");
		check(!properties.waitTime().isNegative(), prefix + ".wait", properties.waitTime(), "must not be negative",
				"5s");
		checkSize(prefix + ".max-request-size", properties.maxRequestSize());
		checkSize(prefix + ".max-response-size", properties.maxResponseSize());
		checkTypePrefix(prefix + ".problem.type-prefix", properties.problem().typePrefix());
	}

	static void check(boolean valid, String property, Object value, String reason, String example) {
		if (!valid) {
			throw IdempotencyConfigurationException.invalidProperty(property, value, reason, example);
		}
	}

	static void checkHeaderName(String property, String name, String example) {
		check(HEADER_NAME.matcher(name).matches(), property, name, "must be the name of a header", example);
	}

	static void checkPositive(String property, Duration duration, String example) {
		check(duration.toMillis() > 0, property, duration, "must be at least 1ms", example);
	}

	private static void checkSize(String property, DataSize size) {
		check(size.toBytes() > 0 && size.toBytes() < Integer.MAX_VALUE, property, size,
				"must be more than 0B and less than 2GB", "1MB");
	}

	private static void checkTypePrefix(String property, String prefix) {
		try {
			URI.create(prefix + "in-flight");
		}
		catch (IllegalArgumentException ex) {
			throw IdempotencyConfigurationException.invalidProperty(property, prefix, "must be the start of a URI",
					"https://example.com/problems/");
		}
	}

	/**
	 * Returns what separates this application from others on one repository.
	 * @return the configured namespace, otherwise the name of the application
	 */
	String namespace() {
		String configured = this.properties.namespace();
		return (configured != null) ? configured : this.environment.getProperty("spring.application.name", "");
	}

	Duration shortestLease() {
		return Stream.concat(Stream.of(this.defaults), this.overridden.values().stream())
			.map((settings) -> settings.properties().lease())
			.min(Comparator.naturalOrder())
			.orElseThrow();
	}

	/**
	 * Returns how large a request body may be, for the operation that allows most.
	 * @return the size, in bytes
	 */
	int largestRequestSize() {
		return Stream.concat(Stream.of(this.defaults), this.overridden.values().stream())
			.mapToInt((settings) -> (int) settings.properties().maxRequestSize().toBytes())
			.max()
			.orElseThrow();
	}

	/**
	 * Refuses settings of operations that do not exist.
	 * @param operations the names of all operations
	 * @throws IdempotencyConfigurationException if there are any
	 */
	void checkOverrides(Set<String> operations) {
		if (this.slice.withoutOperations()) {
			return;
		}
		for (String name : this.properties.operations().keySet()) {
			if (!operations.contains(name)) {
				throw new IdempotencyConfigurationException(
						"There are settings under '" + OPERATIONS_PREFIX + name + "', but no operation has this name.",
						operations.isEmpty() ? "Annotate a handler method with @Idempotent, or remove the settings."
								: "Use the name of an operation:\n\n    " + String.join("\n    ", operations));
			}
		}
	}

	@Override
	public HandlerOperation resolve(String name, Idempotent annotation, Method method) {
		if (name.length() > MAX_OPERATION_NAME_LENGTH || !OPERATION_NAME.matcher(name).matches()) {
			throw invalidAttribute(method, "operation", name,
					"must consist of at most " + MAX_OPERATION_NAME_LENGTH + " lower case letters, digits and '-'",
					"create-payment");
		}
		StreamingReturnTypes.refuse(method);
		return this.overridden.getOrDefault(name, this.defaults)
			.toOperation(name, ttl(name, annotation, method),
					annotation.transactional() && !this.slice.withoutTransactions(), annotation.required(),
					unless(annotation, method));
	}

	/**
	 * Returns what applies to an operation for which nothing else is said.
	 * @return the settings of an operation without name
	 */
	HandlerOperation defaults() {
		return this.defaults.toOperation("", this.properties.ttl(), false, true, null);
	}

	/**
	 * Returns the settings that are the same for all operations, by the names of their
	 * properties. Of encryption keys the ids only.
	 * @return the settings, to be added to
	 */
	Map<String, Object> common() {
		Map<String, Object> common = new LinkedHashMap<>();
		common.put("repository-timeout", this.properties.repositoryTimeout().toString());
		common.put("encryption.keys",
				this.properties.encryption().keys().stream().map((key) -> String.valueOf(key.id())).toList());
		common.put("encryption.accept-plain", this.properties.encryption().acceptPlain());
		return common;
	}

	private Duration ttl(String name, Idempotent annotation, Method method) {
		OperationOverride override = this.properties.operations().get(name);
		if (override != null && override.ttl() != null) {
			return override.ttl();
		}
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

	/**
	 * What follows from the configuration alone, checked and prepared once.
	 *
	 * @param properties the settings
	 * @param keyParser reads keys
	 * @param replayStatuses the statuses to record
	 * @param storableHeaders the headers to record
	 */
	private record Defaults(IdempotencyProperties properties, KeyParser keyParser, ReplayStatuses replayStatuses,
			StorableHeaders storableHeaders) {

		static Defaults of(String prefix, IdempotencyProperties properties) {
			check(prefix, properties);
			KeyParser keyParser = new KeyParser(properties.headerName(), properties.key().format(),
					properties.key().maxLength(), properties.key().pattern(), properties.problem().typePrefix());
			return new Defaults(properties, keyParser, statuses(prefix, properties.replay().statuses()),
					new StorableHeaders(properties.replay().excludedHeaders()));
		}

		HandlerOperation toOperation(String name, Duration ttl, boolean transactional, boolean required,
				@Nullable Expression unless) {
			Operation operation = new Operation(name, ttl, this.properties.lease(), this.properties.waitTime(),
					this.properties.abandoned(), this.properties.onRepositoryFailure(),
					this.properties.problem().typePrefix(), transactional);
			return new HandlerOperation(operation, required, this.keyParser, this.replayStatuses, this.storableHeaders,
					this.properties.replay().headerName(), (int) this.properties.maxRequestSize().toBytes(),
					(int) this.properties.maxResponseSize().toBytes(), this.properties.fingerprint().canonicalJson(),
					unless);
		}

		private static ReplayStatuses statuses(String prefix, List<String> names) {
			try {
				return ReplayStatuses.of(names);
			}
			catch (IllegalArgumentException ex) {
				throw IdempotencyConfigurationException.invalidProperty(prefix + ".replay.statuses",
						String.join(",", names), String.valueOf(ex.getMessage()), "2xx,3xx,404");
			}
		}

	}

}
