package dev.idempotency.web;

/**
 * What happens to a claim.
 */
enum Verdict {

	/** The response is recorded. */
	RECORD,

	/** It is recorded that the operation ran; there is no response to replay. */
	RECORD_WITHOUT_RESPONSE,

	/** The key is free again. */
	FREE,

	/** The claim stays until its lease ends, and is not renewed. */
	LEAVE,

	/** The claim is renewed until the work of the handler has ended. */
	WATCH

}
