package dev.idempotency.autoconfigure;

import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import dev.idempotency.engine.Transactions.Transaction;

/**
 * The transaction of an operation. While it is the thread's, and not suspended for
 * another one, it can be found there.
 */
final class OperationTransaction implements Transaction, TransactionSynchronization {

	private static final Logger logger = LoggerFactory.getLogger(OperationTransaction.class);

	private final TransactionDefinition settings;

	private final PlatformTransactionManager manager;

	private final Predicate<@Nullable String> isOfManager;

	private final TransactionStatus status;

	private boolean committed;

	private OperationTransaction(TransactionDefinition settings, PlatformTransactionManager manager,
			Predicate<@Nullable String> isOfManager) {
		this.settings = settings;
		this.manager = manager;
		this.isOfManager = isOfManager;
		this.status = manager.getTransaction(settings);
	}

	/**
	 * Begins the transaction of an operation.
	 * @param settings its settings, with the name of the operation
	 * @param manager the transaction manager
	 * @param isOfManager whether the qualifier of a transactional method, {@code null} if
	 * it has none, means this manager
	 * @return the transaction
	 */
	static OperationTransaction begin(TransactionDefinition settings, PlatformTransactionManager manager,
			Predicate<@Nullable String> isOfManager) {
		OperationTransaction transaction = new OperationTransaction(settings, manager, isOfManager);
		if (TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(transaction);
			transaction.resume();
		}
		return transaction;
	}

	/**
	 * Returns the transaction of the operation that the thread runs.
	 * @return the transaction, or {@code null} if there is none, or it is suspended
	 */
	static @Nullable OperationTransaction current() {
		return (OperationTransaction) TransactionSynchronizationManager.getResource(OperationTransaction.class);
	}

	String operation() {
		return String.valueOf(this.settings.getName());
	}

	TransactionDefinition settings() {
		return this.settings;
	}

	boolean isOfManager(@Nullable String qualifier) {
		return this.isOfManager.test(qualifier);
	}

	@Override
	public boolean isRollbackOnly() {
		return this.status.isRollbackOnly();
	}

	@Override
	public void commit() {
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
	public void rollBack() {
		try {
			this.manager.rollback(this.status);
		}
		catch (RuntimeException ex) {
			logger.debug("Not rolled back cleanly; without a commit the transaction has no effect", ex);
		}
	}

	@Override
	public void suspend() {
		TransactionSynchronizationManager.unbindResourceIfPossible(OperationTransaction.class);
	}

	@Override
	public void resume() {
		TransactionSynchronizationManager.bindResource(OperationTransaction.class, this);
	}

	@Override
	public void afterCompletion(int completion) {
		suspend();
		this.committed = completion == STATUS_COMMITTED;
	}

}
