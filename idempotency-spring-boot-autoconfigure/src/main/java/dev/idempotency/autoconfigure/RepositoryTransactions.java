package dev.idempotency.autoconfigure;

import java.io.Serial;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.ResourceTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import dev.idempotency.engine.Transactions;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.TransactionalIdempotencyRepository;

/**
 * Begins transactions of the repository's database by the application's transaction
 * manager.
 */
final class RepositoryTransactions implements Transactions {

	private static final Logger logger = LoggerFactory.getLogger(RepositoryTransactions.class);

	private static final Set<String> FACTORIES_OF_BROKERS = Set.of("org.springframework.kafka.core.ProducerFactory",
			"jakarta.jms.ConnectionFactory", "org.springframework.amqp.rabbit.connection.ConnectionFactory");

	private static final Set<Integer> JOINING = Set.of(TransactionDefinition.PROPAGATION_REQUIRED,
			TransactionDefinition.PROPAGATION_SUPPORTS, TransactionDefinition.PROPAGATION_MANDATORY);

	private final IdempotencyRepository repository;

	private final ListableBeanFactory beans;

	private final Map<String, TransactionDefinition> definitions = new ConcurrentHashMap<>();

	private volatile @Nullable PlatformTransactionManager manager;

	RepositoryTransactions(IdempotencyRepository repository, ListableBeanFactory beans) {
		this.repository = repository;
		this.beans = beans;
	}

	/**
	 * Finds the transaction manager whose transactions the repository takes part in.
	 * @throws UnusableException if there is none
	 */
	void verify() {
		manager();
	}

	private PlatformTransactionManager manager() {
		PlatformTransactionManager found = this.manager;
		if (found == null) {
			TransactionalIdempotencyRepository transactional = transactionalRepository();
			transactional.obstacleToTransactions().ifPresent((obstacle) -> {
				throw new UnusableException(obstacle,
						"Keep the records in the database of the handler (PostgreSQL, MySQL," + " MariaDB or H2), or");
			});
			found = find(transactional);
			this.manager = found;
		}
		return found;
	}

	private TransactionalIdempotencyRepository transactionalRepository() {
		if (!(this.repository instanceof TransactionalIdempotencyRepository transactional)) {
			throw new UnusableException(
					"the " + RepositoryNames.of(this.repository)
							+ " repository cannot take part in the transactions of handlers",
					"Use the jdbc repository (idempotency.repository=jdbc) with the database of the handler, or");
		}
		return transactional;
	}

	private PlatformTransactionManager find(TransactionalIdempotencyRepository transactional) {
		Map<String, PlatformTransactionManager> all = this.beans.getBeansOfType(PlatformTransactionManager.class);
		Map<String, PlatformTransactionManager> fitting = new TreeMap<>(all);
		fitting.values().removeIf((candidate) -> isOfBroker(candidate) || !fits(candidate, transactional));
		if (fitting.size() == 1) {
			return fitting.values().iterator().next();
		}
		PlatformTransactionManager primary = this.beans.getBeanProvider(PlatformTransactionManager.class).getIfUnique();
		if (primary != null && fitting.containsValue(primary)) {
			return primary;
		}
		if (!fitting.isEmpty()) {
			throw new UnusableException(
					"there are several transaction managers of the DataSource of the repository ("
							+ String.join(", ", fitting.keySet()) + "), and none of them is primary",
					"Mark the one that the handler's services use as @Primary, or");
		}
		throw new UnusableException(
				all.isEmpty() ? "there is no PlatformTransactionManager"
						: "none of the transaction managers is one of the DataSource of the repository ("
								+ String.join(", ", new TreeMap<>(all).keySet()) + ")",
				"Define a PlatformTransactionManager for the DataSource of the repository, for example a"
						+ " DataSourceTransactionManager or a JpaTransactionManager, or");
	}

	/**
	 * Returns whether a transaction manager is one of messages: to begin a transaction
	 * only to see that could wait for a broker for a minute.
	 */
	private static boolean isOfBroker(PlatformTransactionManager candidate) {
		return candidate instanceof ResourceTransactionManager manager
				&& Arrays.stream(ClassUtils.getAllInterfaces(manager.getResourceFactory()))
					.map(Class::getName)
					.anyMatch(FACTORIES_OF_BROKERS::contains);
	}

	private static boolean fits(PlatformTransactionManager candidate, TransactionalIdempotencyRepository repository) {
		try {
			TransactionStatus status = candidate.getTransaction(definition("idempotency-check"));
			try {
				return repository.isInTransaction();
			}
			finally {
				candidate.rollback(status);
			}
		}
		catch (TransactionException ex) {
			logger.debug("A transaction manager is not considered, because it begins no transaction", ex);
			return false;
		}
	}

	private static DefaultTransactionDefinition definition(String name) {
		DefaultTransactionDefinition definition = new DefaultTransactionDefinition(
				TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		definition.setName(name);
		return definition;
	}

	/**
	 * Has the transaction of an operation take its isolation and timeout from what its
	 * handler method asks for by {@code @Transactional}.
	 * @param operation the name of the operation
	 * @param method the handler method
	 * @param type the class of the handler
	 * @throws UnusableException if it cannot have them
	 */
	void define(String operation, Method method, Class<?> type) {
		TransactionAttribute wanted = wanted(method, type);
		DefaultTransactionDefinition definition = definition(operation);
		if (wanted != null) {
			if (wanted.isReadOnly()) {
				throw new UnusableException("with @Transactional(readOnly = true), which leaves no room for a record",
						"Remove 'readOnly' from the handler method (services may keep it), or");
			}
			if (!JOINING.contains(wanted.getPropagationBehavior())) {
				throw new UnusableException(
						"with @Transactional(propagation = ...) in a transaction of its own, of which"
								+ " the record would be no part",
						"Use Propagation.REQUIRED, or");
			}
			definition.setIsolationLevel(wanted.getIsolationLevel());
			definition.setTimeout(wanted.getTimeout());
		}
		TransactionDefinition other = this.definitions.putIfAbsent(operation, definition);
		if (other != null && !other.equals(definition)) {
			throw new UnusableException(
					"another handler method of the operation '" + operation
							+ "' asks by @Transactional for another isolation or timeout",
					"Give each of them an operation of its own, or");
		}
	}

	private @Nullable TransactionAttribute wanted(Method method, Class<?> type) {
		TransactionAttributeSource source = this.beans.getBeanProvider(TransactionAttributeSource.class).getIfUnique();
		TransactionAttribute wanted = (source != null) ? source.getTransactionAttribute(method, type) : null;
		return (wanted != null && isOfManager(wanted.getQualifier())) ? wanted : null;
	}

	/**
	 * Returns whether a transactional method means the transaction manager of the
	 * repository.
	 * @param qualifier what it names, {@code null} or empty for the default
	 * @return {@code false} if it means another one
	 */
	boolean isOfManager(@Nullable String qualifier) {
		PlatformTransactionManager meant = StringUtils.hasText(qualifier) ? BeanFactoryAnnotationUtils
			.qualifiedBeanOfType(this.beans, PlatformTransactionManager.class, qualifier)
				: this.beans.getBeanProvider(PlatformTransactionManager.class).getIfUnique();
		return meant == null || meant == manager();
	}

	@Override
	public Transaction begin(String operation, boolean mayJoin) {
		PlatformTransactionManager found = manager();
		if (transactionalRepository().isInTransaction() && !isOver()) {
			if (mayJoin) {
				return new JoinedTransaction(found);
			}
			throw new IllegalStateException("The transactional operation " + operation
					+ " was called within a transaction; it must begin its own to know when it is committed");
		}
		try {
			TransactionDefinition settings = this.definitions.getOrDefault(operation, definition(operation));
			return OperationTransaction.begin(settings, found, this::isOfManager);
		}
		catch (TransactionException ex) {
			throw new IdempotencyRepositoryException("Could not begin a transaction", ex);
		}
	}

	/**
	 * Returns whether the transaction of this thread has been committed or rolled back,
	 * and those who waited for that are being told: what they do would be part of none.
	 */
	private static boolean isOver() {
		return !TransactionSynchronizationManager.isSynchronizationActive();
	}

	/**
	 * There can be no transactions here.
	 */
	static final class UnusableException extends RuntimeException {

		@Serial
		private static final long serialVersionUID = 1L;

		private final String remedy;

		UnusableException(String reason, String remedy) {
			super(reason);
			this.remedy = remedy;
		}

		/**
		 * Returns what to do, to be followed by the other way out.
		 */
		String remedy() {
			return this.remedy;
		}

	}

}
