package dev.idempotency.autoconfigure;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.expression.Expression;
import org.springframework.web.method.HandlerMethod;

import dev.idempotency.actuate.IdempotencyOverview;
import dev.idempotency.actuate.IdempotencyOverview.Handler;
import dev.idempotency.engine.Operation;
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

	private final ListableBeanFactory beans;

	OperationsOverview(String repository, OperationSettings settings, HandlerSettings handlers,
			IdempotentOperations operations, ListableBeanFactory beans) {
		this.repository = repository;
		this.settings = settings;
		this.handlers = handlers;
		this.operations = operations;
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
		settings.put("ttl", operation.ttl().toString());
		settings.put("lease", operation.lease().toString());
		settings.put("wait", operation.waitTime().toString());
		settings.put("abandoned", text(operation.abandoned()));
		settings.put("replay.statuses", handler.replayStatuses().names());
		settings.put("replay.header-name", handler.replayHeaderName());
		settings.put("replay.excluded-headers", handler.storableHeaders().moreExcluded());
		settings.put("max-request-size", handler.maxRequestSize());
		settings.put("max-response-size", handler.maxResponseSize());
		settings.put("on-repository-failure", text(operation.onRepositoryFailure()));
		settings.put("problem.type-prefix", operation.problemTypePrefix());
		return settings;
	}

	private static String text(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
