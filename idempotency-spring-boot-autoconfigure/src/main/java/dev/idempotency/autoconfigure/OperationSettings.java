package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import org.springframework.core.env.Environment;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

import dev.idempotency.Idempotent;
import dev.idempotency.engine.Operation;

/**
 * Joins configuration and annotation to the settings of an operation, and refuses values
 * that make no sense before the application serves a request with them.
 */
final class OperationSettings {

	private static final Pattern OPERATION_NAME = Pattern.compile("[a-z0-9]+(?:-[a-z0-9]+)*");

	private static final int MAX_OPERATION_NAME_LENGTH = 255;

	static final String NAME_RULE = "must consist of at most " + MAX_OPERATION_NAME_LENGTH
			+ " lower case letters, digits and '-'";

	private static final String PREFIX = "idempotency";

	private static final String OPERATIONS_PREFIX = PREFIX + ".operations.";

	private final IdempotencyProperties properties;

	private final Environment environment;

	private final Slice slice;

	/** The settings of the operations that have some of their own, by name. */
	private final Map<String, IdempotencyProperties> overridden = new LinkedHashMap<>();

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
		PropertyChecks.common(properties);
		PropertyChecks.operation(PREFIX, properties);
		for (String name : properties.operations().keySet()) {
			IdempotencyProperties own = properties.forOperation(name);
			PropertyChecks.operation(OPERATIONS_PREFIX + name, own);
			this.overridden.put(name, own);
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
		return all().values().stream().map(IdempotencyProperties::lease).min(Comparator.naturalOrder()).orElseThrow();
	}

	/**
	 * Returns how large a request body may be, for the operation that allows most.
	 * @return the size, in bytes
	 */
	int largestRequestSize() {
		return all().values()
			.stream()
			.mapToInt((settings) -> (int) settings.maxRequestSize().toBytes())
			.max()
			.orElseThrow();
	}

	/**
	 * Returns all settings.
	 * @return the settings, by what their properties start with
	 */
	Map<String, IdempotencyProperties> all() {
		Map<String, IdempotencyProperties> all = new LinkedHashMap<>();
		all.put(PREFIX, this.properties);
		this.overridden.forEach((name, settings) -> all.put(OPERATIONS_PREFIX + name, settings));
		return all;
	}

	/**
	 * Returns the settings of an operation.
	 * @param name the name of the operation
	 * @return the settings
	 */
	IdempotencyProperties of(String name) {
		return this.overridden.getOrDefault(name, this.properties);
	}

	/**
	 * Returns what the settings of an operation mean to the engine.
	 * @param name the name of the operation
	 * @param ttl how long its records are kept
	 * @param transactional whether its record commits in its transaction
	 * @param kind what its outcomes are
	 * @return the settings
	 */
	Operation operation(String name, Duration ttl, boolean transactional, Operation.Kind kind) {
		IdempotencyProperties settings = of(name);
		return new Operation(name, ttl, settings.lease(), settings.waitTime(), settings.abandoned(),
				settings.onRepositoryFailure(), settings.problem().typePrefix(),
				transactional && !this.slice.withoutTransactions(), kind);
	}

	/**
	 * Returns what an annotation means to the engine.
	 * @param name the name of the operation
	 * @param annotation the annotation
	 * @param method the annotated method
	 * @param kind what its outcomes are
	 * @return the settings
	 * @throws IdempotencyConfigurationException if an attribute makes no sense
	 */
	Operation operation(String name, Idempotent annotation, Method method, Operation.Kind kind) {
		if (!isName(name)) {
			throw invalidAttribute(method, "operation", name, NAME_RULE, "create-payment");
		}
		return operation(name, ttl(name, annotation, method), annotation.transactional(), kind);
	}

	static boolean isName(String name) {
		return name.length() <= MAX_OPERATION_NAME_LENGTH && OPERATION_NAME.matcher(name).matches();
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
						operations.isEmpty()
								? "Annotate a method with @Idempotent, have the IdempotencyTemplate that uses it injected"
										+ " into a bean, or remove the settings."
								: "Use the name of an operation:\n\n    " + String.join("\n    ", operations));
			}
		}
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

	/**
	 * Parses an expression of an annotation.
	 * @param parser what parses it
	 * @param method the annotated method
	 * @param attribute the attribute that holds it
	 * @param text the expression
	 * @param example one that makes sense
	 * @return the expression
	 * @throws IdempotencyConfigurationException if it cannot be parsed
	 */
	static Expression expression(SpelExpressionParser parser, Method method, String attribute, String text,
			String example) {
		try {
			return parser.parseExpression(text);
		}
		catch (ParseException ex) {
			throw invalidAttribute(method, attribute, text, "must be a SpEL expression: " + ex.getSimpleMessage(),
					example);
		}
	}

	static IdempotencyConfigurationException invalidAttribute(Method method, String attribute, String value,
			String reason, String example) {
		return new IdempotencyConfigurationException(
				"The attribute '" + attribute + "' of @Idempotent on " + method.getDeclaringClass().getName() + "."
						+ method.getName() + " has the value '" + value + "', but " + reason + ".",
				"Change the value, for example to:\n\n    @Idempotent(" + attribute + " = \"" + example + "\")");
	}

}
