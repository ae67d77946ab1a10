package dev.idempotency.autoconfigure;

import java.util.Set;
import java.util.TreeSet;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.web.context.WebApplicationContext;

import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.IdempotentOperations;

/**
 * Resolves all operations at the start, so that a mistake in an annotation, settings of
 * an operation that does not exist, or a handler that would run unprotected stop it and
 * do not wait for the first request. A child context, which a dispatcher servlet may have
 * for itself, is checked when it is refreshed.
 */
final class OperationsCheck implements SmartInitializingSingleton, ApplicationListener<ContextRefreshedEvent> {

	private static final Logger logger = LoggerFactory.getLogger(OperationsCheck.class);

	private final IdempotentOperations operations;

	private final OperationSettings settings;

	private final TransactionalHandlers transactionalHandlers;

	private final String repository;

	private final AllListeners listeners;

	private final ConfigurableApplicationContext context;

	OperationsCheck(IdempotentOperations operations, OperationSettings settings,
			TransactionalHandlers transactionalHandlers, String repository, AllListeners listeners,
			ConfigurableApplicationContext context) {
		this.operations = operations;
		this.settings = settings;
		this.transactionalHandlers = transactionalHandlers;
		this.repository = repository;
		this.listeners = listeners;
		this.context = context;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Set<String> names = check(MappedHandlers.of(this.context), this.context);
		this.settings.checkOverrides(names);
		this.listeners.asOne().onOperations(names);
		logger.info("Idempotent operations on the {} repository: {}", this.repository,
				names.isEmpty() ? "none" : String.join(", ", names));
		if (this.settings.namespace().isEmpty() && !this.repository.equals(RepositoryType.MEMORY.id())) {
			logger.warn(
					"This application has no name: another one without name on the same {} repository shares its keys."
							+ " Set 'spring.application.name', or 'idempotency.namespace'",
					this.repository);
		}
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		ApplicationContext refreshed = event.getApplicationContext();
		if (refreshed == this.context || !(refreshed instanceof WebApplicationContext)
				|| !(refreshed instanceof ConfigurableApplicationContext child)
				|| child.getBeanNamesForType(OperationsCheck.class).length > 0) {
			return;
		}
		Set<String> names = check(MappedHandlers.ofChild(child), child);
		if (!names.isEmpty()) {
			this.listeners.asOne().onOperations(names);
			logger.info("Idempotent operations of the context {}: {}", child.getId(), String.join(", ", names));
		}
	}

	private Set<String> check(MappedHandlers handlers, ConfigurableApplicationContext context) {
		Set<String> names = new TreeSet<>();
		SharedNames shared = new SharedNames();
		handlers.methods().forEach((handler) -> {
			HandlerOperation operation = this.operations.find(handler.handler(), handler.requestMethods());
			if (operation != null) {
				if (operation.operation().transactional()) {
					this.transactionalHandlers.check(operation.operation().name(), handler.handler());
				}
				String name = operation.operation().name();
				shared.add(name, handler);
				names.add(name);
			}
		});
		UnprotectedHandlers.refuse(handlers, context.getBeanFactory());
		return names;
	}

}
