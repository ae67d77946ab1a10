package dev.idempotency.engine;

/**
 * What became of the response of an operation that ran under a claim.
 *
 * @since 0.1.0
 */
public sealed interface Completion {

	/** It is recorded. */
	record Recorded() implements Completion {
	}

	/**
	 * It is not recorded yet and the key not freed, since the repository failed; or the
	 * key is nobody's any more. The response is delivered all the same.
	 */
	record Unrecorded() implements Completion {
	}

	/**
	 * It is not recorded, because another request with the key ran or runs after this one
	 * was rolled back. The response is delivered all the same.
	 */
	record Overtaken() implements Completion {
	}

	/**
	 * Another request took the claim over, or was first to record, and has answered; its
	 * response is the one to deliver.
	 *
	 * @param winner the recorded response
	 */
	record Superseded(StoredResponse winner) implements Completion {
	}

}
