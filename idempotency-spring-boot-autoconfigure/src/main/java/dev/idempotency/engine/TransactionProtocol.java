package dev.idempotency.engine;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.idempotency.IdempotencyException;
import dev.idempotency.engine.TransactionalClaims.Attempt;
import dev.idempotency.engine.Transactions.Transaction;
import dev.idempotency.repository.Claim;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordedResponse;

/**
 * The protocol of operations whose claims are held by their own transactions: effect and
 * record are one commit, or neither is there.
 */
final class TransactionProtocol {

	private static final Logger logger = LoggerFactory.getLogger(TransactionProtocol.class);

	private final TransactionalClaims claims;

	private final RecordReader records;

	TransactionProtocol(TransactionalClaims claims, RecordReader records) {
		this.claims = claims;
		this.records = records;
	}

	Attempt claim(Operation operation, Claim claim) {
		return this.claims.claim(claim, operation.kind() == Operation.Kind.CALL);
	}

	/**
	 * Records an outcome in the transaction of its claim, which is then committed; if it
	 * has been rolled back, then in one of its own.
	 */
	Completion complete(HeldClaim claim, RecordedResponse response) {
		Transaction transaction = claim.takeTransaction();
		return (transaction != null) ? completeTransaction(claim, transaction, response)
				: completeAlone(claim, response);
	}

	private Completion completeTransaction(HeldClaim claim, Transaction transaction, RecordedResponse response) {
		Operation operation = claim.operation();
		try {
			if (this.claims.complete(claim.claim(), transaction, response)) {
				return new Completion.Recorded();
			}
			logger.warn("Rolled operation {} back: another request was first to record its response under claim {}",
					operation.name(), claim.id());
			if (transaction.isJoined()) {
				throw RecordReader.inFlight(operation);
			}
			return new Completion.Superseded(findWinner(claim));
		}
		catch (IdempotencyRepositoryException ex) {
			throw RecordReader.unavailable(operation, ex);
		}
		catch (RuntimeException ex) {
			if (transaction.isJoined()) {
				transaction.rollBack();
				throw this.claims.isSerializationFailure(ex) ? RecordReader.inFlight(operation) : ex;
			}
			return answeredMeanwhile(claim, ex);
		}
	}

	/**
	 * What cannot be serialized is the failure of the handler's own work, unless an equal
	 * request has been answered meanwhile.
	 */
	private Completion answeredMeanwhile(HeldClaim claim, RuntimeException failure) {
		if (!this.claims.isSerializationFailure(failure)) {
			throw failure;
		}
		try {
			return new Completion.Superseded(findWinner(claim));
		}
		catch (IdempotencyException | IdempotencyRepositoryException ex) {
			logger.debug("No other request has been answered under claim {}", claim.id(), ex);
			throw failure;
		}
	}

	/**
	 * Looks for the response of the request that was first by claiming once more.
	 */
	private StoredResponse findWinner(HeldClaim claim) {
		Operation operation = claim.operation();
		Attempt attempt = this.claims.claim(claim.claim(), false);
		if (attempt.transaction() != null) {
			attempt.transaction().rollBack();
		}
		IdempotencyRecord winner = this.records.recordOfEqualRequest(operation, claim.id(), attempt.result(),
				claim.fingerprint());
		if (winner == null || winner.state() != IdempotencyRecord.State.COMPLETED) {
			throw RecordReader.inFlight(operation);
		}
		return this.records.read(operation, claim.id(), winner.response());
	}

	private Completion completeAlone(HeldClaim claim, RecordedResponse response) {
		try {
			return this.claims.completeAlone(claim.claim(), response) ? new Completion.Recorded()
					: new Completion.Overtaken();
		}
		catch (RuntimeException ex) {
			logger.warn("Could not record the response of operation {}, which was rolled back; the key is free",
					claim.operation().name(), ex);
			return new Completion.Unrecorded();
		}
	}

}
