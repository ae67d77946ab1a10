package dev.idempotency.autoconfigure;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Resolves all operations at the start, so that a mistake in an annotation, or settings
 * of an operation that does not exist, stop it and do not wait for the first request.
 */
final class OperationsCheck implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(OperationsCheck.class);

	private final ObjectProvider<CheckedOperations> operations;

	private final OperationSettings settings;

	private final String repository;

	private final AllListeners listeners;

	/** Names of its operations are in the code. */
	private final BooleanSupplier templateIsUsed;

	OperationsCheck(ObjectProvider<CheckedOperations> operations, OperationSettings settings, String repository,
			AllListeners listeners, BooleanSupplier templateIsUsed) {
		this.operations = operations;
		this.settings = settings;
		this.repository = repository;
		this.listeners = listeners;
		this.templateIsUsed = templateIsUsed;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Set<String> names = new TreeSet<>();
		this.operations.orderedStream().forEach((kind) -> names.addAll(kind.check()));
		if (!this.templateIsUsed.getAsBoolean()) {
			this.settings.checkOverrides(names);
		}
		this.listeners.asOne().onOperations(names);
		String namespace = this.settings.namespace();
		logger.info("Idempotent operations on the {} repository: {} (namespace '{}')", this.repository,
				names.isEmpty() ? "none" : String.join(", ", names), namespace);
		if (namespace.isEmpty() && !this.repository.equals(RepositoryType.MEMORY.id())) {
			logger.warn(
					"This application has no name. Another one without a name on the same {} repository shares its keys."
							+ " Set 'spring.application.name' or 'idempotency.namespace'",
					this.repository);
		}
	}

}
