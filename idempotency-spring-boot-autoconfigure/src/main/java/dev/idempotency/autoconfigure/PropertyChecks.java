package dev.idempotency.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;

import org.springframework.util.unit.DataSize;

/**
 * Refuses values of properties that make no sense.
 */
final class PropertyChecks {

	/** A token of RFC 9110, section 5.6.2. */
	private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

	private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

	private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

	private PropertyChecks() {
	}

	/**
	 * Checks what is the same for all operations.
	 * @param properties the configuration
	 * @throws IdempotencyConfigurationException if a property makes no sense
	 */
	static void common(IdempotencyProperties properties) {
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

	/**
	 * Checks what an operation can have for itself.
	 * @param prefix what its properties start with
	 * @param properties its settings
	 * @throws IdempotencyConfigurationException if a property makes no sense
	 */
	static void operation(String prefix, IdempotencyProperties properties) {
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

}
