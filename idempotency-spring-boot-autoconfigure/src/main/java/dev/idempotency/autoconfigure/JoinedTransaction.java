package dev.idempotency.autoconfigure;

import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.DefaultTransactionDefinition;

import dev.idempotency.engine.Transactions.Transaction;

/**
 * The transaction of a caller, who commits it or rolls it back.
 */
final class JoinedTransaction implements Transaction {

	private final PlatformTransactionManager manager;

	private final TransactionStatus status;

	JoinedTransaction(PlatformTransactionManager manager) {
		this.manager = manager;
		this.status = manager
			.getTransaction(new DefaultTransactionDefinition(DefaultTransactionDefinition.PROPAGATION_MANDATORY));
	}

	@Override
	public boolean isJoined() {
		return true;
	}

	@Override
	public boolean isRollbackOnly() {
		return this.status.isRollbackOnly();
	}

	@Override
	public void commit() {
		if (isRollbackOnly()) {
			rollBack();
			throw new UnexpectedRollbackException(
					"The transaction in which the operation was called has been marked to be rolled back");
		}
		leave();
	}

	@Override
	public void rollBack() {
		this.manager.rollback(this.status);
	}

	@Override
	public void leave() {
		this.manager.commit(this.status);
	}

}
