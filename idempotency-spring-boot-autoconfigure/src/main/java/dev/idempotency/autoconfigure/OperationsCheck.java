package dev.idempotency.autoconfigure;

import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.IdempotentOperations;

/**
 * Resolves all operations at the start, so that a mistake in an annotation, or settings
 * of an operation that does not exist, stop it and do not wait for the first request.
 */
final class OperationsCheck implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(OperationsCheck.class);

	private final IdempotentOperations operations;

	private final OperationSettings settings;

	private final TransactionalHandlers transactionalHandlers;

	private final String repository;

	private final AllListeners listeners;

	private final ObjectProvider<RequestMappingHandlerMapping> mappings;

	OperationsCheck(IdempotentOperations operations, OperationSettings settings,
			TransactionalHandlers transactionalHandlers, String repository, AllListeners listeners,
			ObjectProvider<RequestMappingHandlerMapping> mappings) {
		this.operations = operations;
		this.settings = settings;
		this.transactionalHandlers = transactionalHandlers;
		this.repository = repository;
		this.listeners = listeners;
		this.mappings = mappings;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Set<String> names = this.mappings.stream()
			.flatMap((mapping) -> mapping.getHandlerMethods().values().stream())
			.map(this::check)
			.filter(Objects::nonNull)
			.map((operation) -> operation.operation().name())
			.collect(Collectors.toCollection(TreeSet::new));
		this.settings.checkOverrides(names);
		this.listeners.asOne().onOperations(names);
		logger.info("Idempotent operations on the {} repository: {}", this.repository,
				names.isEmpty() ? "none" : String.join(", ", names));
	}

	private @Nullable HandlerOperation check(HandlerMethod handler) {
		HandlerOperation operation = this.operations.find(handler);
		if (operation != null && operation.operation().transactional()) {
			this.transactionalHandlers.check(handler);
		}
		return operation;
	}

}
