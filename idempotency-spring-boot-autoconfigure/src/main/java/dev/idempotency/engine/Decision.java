package dev.idempotency.engine;

/**
 * What the engine decided about a request that it did not refuse.
 *
 * @since 0.1.0
 */
public sealed interface Decision {

	/**
	 * The request runs under a claim.
	 *
	 * @param claim the claim, to be completed or released
	 */
	record Run(HeldClaim claim) implements Decision {
	}

	/**
	 * The request is answered with a recorded response.
	 *
	 * @param response the response
	 */
	record Replay(StoredResponse response) implements Decision {
	}

	/** The request runs unprotected. */
	record Bypass() implements Decision {
	}

}
