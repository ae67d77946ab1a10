package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.web.context.WebApplicationContext;

import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.IdempotentOperations;
import dev.idempotency.web.IdempotentOperations.Source;

/**
 * Resolves the operations of handler methods at the start, so that a mistake in an
 * annotation, or a handler that would run unprotected, stops it. A child context, which a
 * dispatcher servlet may have for itself, is checked when it is refreshed.
 */
final class HandlersCheck implements CheckedOperations, ApplicationListener<ContextRefreshedEvent> {

	private static final Logger logger = LoggerFactory.getLogger(HandlersCheck.class);

	private final IdempotentOperations operations;

	private final TransactionalHandlers transactionalHandlers;

	private final AllListeners listeners;

	private final ConfigurableApplicationContext context;

	HandlersCheck(IdempotentOperations operations, TransactionalHandlers transactionalHandlers, AllListeners listeners,
			ConfigurableApplicationContext context) {
		this.operations = operations;
		this.transactionalHandlers = transactionalHandlers;
		this.listeners = listeners;
		this.context = context;
	}

	@Override
	public Set<String> check() {
		return check(MappedHandlers.of(this.context), this.context);
	}

	/**
	 * Returns whether requests are mapped to a method of a class.
	 * @param type the class
	 * @param method the method of that class
	 * @return {@code false} if no mapping that can be looked into knows it
	 */
	boolean isMapped(Class<?> type, Method method) {
		return MappedHandlers.of(this.context)
			.methods()
			.anyMatch((mapped) -> UnprotectedHandlers.isSame(Source.of(mapped.handler()), type, method));
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		ApplicationContext refreshed = event.getApplicationContext();
		if (refreshed == this.context || !(refreshed instanceof WebApplicationContext)
				|| !(refreshed instanceof ConfigurableApplicationContext child)
				|| child.getBeanNamesForType(HandlersCheck.class).length > 0) {
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
