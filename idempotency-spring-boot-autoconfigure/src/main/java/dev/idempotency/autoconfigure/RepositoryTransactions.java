package dev.idempotency.autoconfigure;

import java.io.Serial;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

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

	private final IdempotencyRepository repository;

	private final ListableBeanFactory beans;

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
		fitting.values().removeIf((candidate) -> !fits(candidate, transactional));
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
		DefaultTransactionDefinition definition = new DefaultTransactionDefinition();
		definition.setName(name);
		return definition;
	}

	@Override
	public Transaction begin(String operation) {
		PlatformTransactionManager found = manager();
		if (transactionalRepository().isInTransaction()) {
			throw new IllegalStateException("The transactional operation " + operation
					+ " was called within a transaction; it must begin its own to know when it is committed");
		}
		try {
			return new ManagedTransaction(found, found.getTransaction(definition(operation)));
		}
		catch (TransactionException ex) {
			throw new IdempotencyRepositoryException("Could not begin a transaction", ex);
		}
	}

	/**
	 * A transaction of a transaction manager.
	 */
	private static final class ManagedTransaction implements Transaction, TransactionSynchronization {

		private final PlatformTransactionManager manager;

		private final TransactionStatus status;

		private boolean committed;

		ManagedTransaction(PlatformTransactionManager manager, TransactionStatus status) {
			this.manager = manager;
			this.status = status;
		}

		@Override
		public boolean isRollbackOnly() {
			return this.status.isRollbackOnly();
		}

		@Override
		public void commit() {
			if (TransactionSynchronizationManager.isSynchronizationActive()) {
				TransactionSynchronizationManager.registerSynchronization(this);
			}
			try {
				this.manager.commit(this.status);
			}
			catch (RuntimeException ex) {
				if (!this.committed) {
					throw ex;
				}
				// Retries will get the recorded response, so must the first request
				logger.warn("Something failed after the commit of a transactional operation", ex);
			}
		}

		@Override
		public void afterCompletion(int completion) {
			this.committed = completion == STATUS_COMMITTED;
		}

		@Override
		public void rollBack() {
			try {
				this.manager.rollback(this.status);
			}
			catch (RuntimeException ex) {
				logger.debug("Not rolled back cleanly; without a commit the transaction has no effect", ex);
			}
		}

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
