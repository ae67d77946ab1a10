package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

import dev.idempotency.Idempotent;
import dev.idempotency.engine.Operation;
import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.IdempotentOperations;
import dev.idempotency.web.KeyParser;
import dev.idempotency.web.ReplayStatuses;
import dev.idempotency.web.StorableHeaders;

/**
 * The settings of operations of HTTP.
 */
final class HandlerSettings implements IdempotentOperations.SettingsResolver {

	private final OperationSettings settings;

	/** What follows from the configuration alone. */
	private final Map<IdempotencyProperties, Prepared> prepared = new HashMap<>();

	/**
	 * Creates the settings.
	 * @param settings the settings of operations of any kind
	 * @throws IdempotencyConfigurationException if a property makes no sense
	 */
	HandlerSettings(OperationSettings settings) {
		this.settings = settings;
		settings.all().forEach((prefix, properties) -> this.prepared.put(properties, Prepared.of(prefix, properties)));
	}

	@Override
	public HandlerOperation resolve(String name, Idempotent annotation, Method method) {
		Operation operation = this.settings.operation(name, annotation, method, Operation.Kind.REQUEST);
		StreamingReturnTypes.refuse(method);
		return toOperation(operation, annotation.required(), unless(annotation, method));
	}

	private static @Nullable Expression unless(Idempotent annotation, Method method) {
		return annotation.unless().isEmpty() ? null : OperationSettings.expression(new SpelExpressionParser(), method,
				"unless", annotation.unless(), "#status == 202");
	}

	/**
	 * Returns what applies to an operation for which nothing else is said.
	 * @return the settings of an operation without name
	 */
	HandlerOperation defaults() {
		Duration ttl = this.settings.of("").ttl();
		return toOperation(this.settings.operation("", ttl, false, Operation.Kind.REQUEST), true, null);
	}

	private HandlerOperation toOperation(Operation operation, boolean required, @Nullable Expression unless) {
		IdempotencyProperties properties = this.settings.of(operation.name());
		return Objects.requireNonNull(this.prepared.get(properties)).toOperation(operation, required, unless);
	}

	/**
	 * What follows from the configuration alone, checked and prepared once.
	 *
	 * @param properties the settings
	 * @param keyParser reads keys
	 * @param replayStatuses the statuses to record
	 * @param storableHeaders the headers to record
	 */
	private record Prepared(IdempotencyProperties properties, KeyParser keyParser, ReplayStatuses replayStatuses,
			StorableHeaders storableHeaders) {

		static Prepared of(String prefix, IdempotencyProperties properties) {
			KeyParser keyParser = new KeyParser(properties.headerName(), properties.key().format(),
					properties.key().maxLength(), properties.key().pattern(), properties.problem().typePrefix());
			return new Prepared(properties, keyParser, statuses(prefix, properties.replay().statuses()),
					new StorableHeaders(properties.replay().excludedHeaders()));
		}

		HandlerOperation toOperation(Operation operation, boolean required, @Nullable Expression unless) {
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
