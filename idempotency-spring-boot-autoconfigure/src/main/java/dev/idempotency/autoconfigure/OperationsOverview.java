package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.expression.Expression;
import org.springframework.web.method.HandlerMethod;

import dev.idempotency.Idempotent;
import dev.idempotency.actuate.IdempotencyOverview;
import dev.idempotency.actuate.IdempotencyOverview.Handler;
import dev.idempotency.engine.Operation;
import dev.idempotency.method.IdempotentMethod;
import dev.idempotency.method.IdempotentMethods;
import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.IdempotentOperations;
import dev.idempotency.web.KeyParser;

/**
 * Describes the operations and their effective settings for operators.
 */
final class OperationsOverview implements Supplier<IdempotencyOverview> {

	private final String repository;

	private final OperationSettings settings;

	private final HandlerSettings handlers;

	private final IdempotentOperations operations;

	private final IdempotentMethods methods;

	private final ConfigurableListableBeanFactory beans;

	OperationsOverview(String repository, OperationSettings settings, HandlerSettings handlers,
			IdempotentOperations operations, IdempotentMethods methods, ConfigurableListableBeanFactory beans) {
		this.repository = repository;
		this.settings = settings;
		this.handlers = handlers;
		this.operations = operations;
		this.methods = methods;
		this.beans = beans;
	}

	@Override
	public IdempotencyOverview get() {
		Map<String, List<Handler>> handlers = new TreeMap<>();
		Set<HandlerMethod> seen = new HashSet<>();
		MappedHandlers.of(this.beans).methods().forEach((handler) -> {
			HandlerMethod method = handler.handler();
			HandlerOperation operation = this.operations.find(method, handler.requestMethods());
			if (operation != null && seen.add(method)) {
				handlers.computeIfAbsent(operation.operation().name(), (name) -> new ArrayList<>())
					.add(new Handler(method.toString(), describe(operation)));
			}
		});
		BeanClasses.forEach(this.beans, (name, type) -> methods(type).forEach((method) -> {
			IdempotentMethod operation = this.methods.get(type, method);
			handlers.computeIfAbsent(operation.settings().operation().name(), (any) -> new ArrayList<>())
				.add(new Handler(type.getName() + "#" + method.getName(), describe(operation)));
		}));
		Map<String, Object> defaults = this.settings.common();
		defaults.putAll(describe(this.handlers.defaults()));
		return new IdempotencyOverview(this.repository, this.settings.namespace(), defaults, handlers);
	}

	private static Map<String, Object> describe(HandlerOperation handler) {
		Map<String, Object> settings = new LinkedHashMap<>();
		Operation operation = handler.operation();
		settings.put("required", handler.required());
		settings.put("transactional", operation.transactional());
		Expression unless = handler.unless();
		if (unless != null) {
			settings.put("unless", unless.getExpressionString());
		}
		KeyParser key = handler.keyParser();
		settings.put("header-name", key.headerName());
		settings.put("key.format", text(key.format()));
		settings.put("key.max-length", key.maxLength());
		if (key.pattern() != null) {
			settings.put("key.pattern", key.pattern().pattern());
		}
		settings.put("fingerprint.canonical-json", handler.canonicalJson());
		addTimes(settings, operation);
		settings.put("replay.statuses", handler.replayStatuses().names());
		settings.put("replay.header-name", handler.replayHeaderName());
		settings.put("replay.excluded-headers", handler.storableHeaders().moreExcluded());
		settings.put("max-request-size", handler.maxRequestSize());
		settings.put("max-response-size", handler.maxResponseSize());
		settings.put("on-repository-failure", text(operation.onRepositoryFailure()));
		settings.put("problem.type-prefix", operation.problemTypePrefix());
		return settings;
	}

	private static Set<Method> methods(Class<?> type) {
		return MethodIntrospector
			.selectMethods(type,
					(MethodIntrospector.MetadataLookup<Idempotent>) (method) -> IdempotentMethods.annotation(type,
							method))
			.keySet();
	}

	private static Map<String, Object> describe(IdempotentMethod method) {
		Map<String, Object> settings = new LinkedHashMap<>();
		Operation operation = method.settings().operation();
		settings.put("required", method.required());
		settings.put("transactional", operation.transactional());
		settings.put("key", method.key().getExpressionString());
		settings.put("key.max-length", method.settings().maxKeyLength());
		addTimes(settings, operation);
		settings.put("max-response-size", method.settings().maxResultSize());
		settings.put("on-repository-failure", text(operation.onRepositoryFailure()));
		settings.put("problem.type-prefix", operation.problemTypePrefix());
		return settings;
	}

	private static void addTimes(Map<String, Object> settings, Operation operation) {
		settings.put("ttl", operation.ttl().toString());
		settings.put("lease", operation.lease().toString());
		settings.put("wait", operation.waitTime().toString());
		settings.put("abandoned", text(operation.abandoned()));
	}

	private static String text(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
