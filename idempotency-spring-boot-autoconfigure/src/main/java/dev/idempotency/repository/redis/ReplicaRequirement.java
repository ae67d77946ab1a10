package dev.idempotency.repository.redis;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/**
 * How many replicas have to acknowledge a write, and how long they may take.
 *
 * @param count the number of replicas, 0 for none
 * @param timeout how long the server waits for them
 */
record ReplicaRequirement(int count, Duration timeout) {

	static final ReplicaRequirement NONE = new ReplicaRequirement(0, Duration.ofSeconds(1));

	ReplicaRequirement {
		Assert.isTrue(count >= 0, "The number of replicas must not be negative");
		// To the server, 0 would mean for ever
		Assert.isTrue(timeout.toMillis() > 0, "The timeout of the replicas must be at least a millisecond");
	}

	boolean isNone() {
		return this.count == 0;
	}

	/**
	 * Throws unless enough replicas acknowledged.
	 * @param call the call whose write it was
	 * @param acknowledged the number of replicas that did
	 */
	void check(ScriptCall call, long acknowledged) {
		if (acknowledged < this.count) {
			throw new NotAcknowledgedException(
					"Only " + acknowledged + " of " + this.count + " replicas acknowledged the call '"
							+ call.script().name() + "' within " + this.timeout.toMillis() + " ms",
					null);
		}
	}

	NotAcknowledgedException unknown(ScriptCall call, @Nullable Throwable cause) {
		return new NotAcknowledgedException(
				"The call '" + call.script().name() + "' was written, but whether replicas have it is unknown", cause);
	}

}
