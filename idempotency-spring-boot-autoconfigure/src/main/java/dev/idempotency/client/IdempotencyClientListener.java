package dev.idempotency.client;

import java.time.Duration;
import java.util.Locale;

/**
 * Learns how calls with a key go on and end. Beans of this type are told of the calls of
 * the beans {@link IdempotencyKeyInterceptor} and {@link IdempotencyKeyFilter}. An
 * exception that it throws is logged and has no other effect.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IdempotencyClientListener {

	/**
	 * Called when a call is over: its response was read, or there is none. Called by any
	 * number of threads at a time.
	 * @param client the name of the server
	 * @param outcome how the call ended
	 * @param attempts how often the request was sent, or tried to be sent
	 * @param duration how long all attempts took, pauses included
	 */
	void onEnd(String client, Outcome outcome, int attempts, Duration duration);

	/**
	 * Called before the pause that comes before another attempt, with the observation of
	 * the call as the current one. It does nothing by default.
	 * @param client the name of the server
	 * @param attempts how often the request was sent so far, or tried to be sent
	 * @param pause the time until the next attempt
	 */
	default void onRetry(String client, int attempts, Duration pause) {
	}

	/**
	 * How a call ended.
	 */
	enum Outcome {

		/** The server did what was asked, or sends the caller elsewhere. */
		SUCCESS,

		/** The server had done what was asked before: this is the first response. */
		REPLAYED,

		/** The server refused: a status of class 4xx. */
		REFUSED,

		/** The caller got a response of class 5xx, or an exception of its own code. */
		FAILED,

		/** It is not known whether the request took effect. */
		UNKNOWN,

		/** Nothing was sent. */
		NOT_SENT;

		/**
		 * Returns the value of the tag in meters.
		 * @return the name in lower case
		 */
		public String tag() {
			return name().toLowerCase(Locale.ROOT).replace('_', '-');
		}

	}

}
