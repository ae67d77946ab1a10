package dev.idempotency.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLHandshakeException;

import org.jspecify.annotations.Nullable;

/**
 * The attempts of one call: whether there is to be another one, and when.
 */
final class Attempts {

	private final IdempotencyRetrySettings settings;

	private final PinnedKey key;

	private int count;

	private boolean mayHaveTakenEffect;

	private Duration pause = Duration.ZERO;

	/**
	 * Creates the attempts of a call, of which there were none yet.
	 * @param settings how often and how long
	 * @param key the key of the call
	 */
	Attempts(IdempotencyRetrySettings settings, PinnedKey key) {
		this.settings = settings;
		this.key = key;
	}

	/**
	 * Decides after an attempt.
	 * @param failure why it failed
	 * @return whether there is to be another attempt, after the {@linkplain #pause()
	 * pause}
	 */
	boolean goOnAfter(Throwable failure) {
		if (!isTransient(failure)) {
			return false;
		}
		this.count++;
		Reply reply = (failure instanceof FailedAttempt attempt) ? attempt.reply() : null;
		this.mayHaveTakenEffect |= (reply != null) ? !reply.isRefusal() : !isRefusedConnection(failure);
		if (this.count >= this.settings.maxAttempts() || Thread.currentThread().isInterrupted()) {
			return false;
		}
		this.pause = pauseAfter(reply);
		return this.key.age().plus(this.pause).compareTo(this.settings.maxDuration()) < 0;
	}

	private static boolean isTransient(Throwable failure) {
		return failure instanceof IOException || failure instanceof TimeoutException
				|| failure.getClass().getName().startsWith("io.netty.");
	}

	/** Whether the failure came before the first byte of the request. */
	private static boolean isRefusedConnection(Throwable failure) {
		return failure instanceof ConnectException || failure instanceof UnknownHostException
				|| failure instanceof HttpConnectTimeoutException || failure instanceof SSLHandshakeException;
	}

	private Duration pauseAfter(@Nullable Reply reply) {
		double chance = this.settings.jitter() * ThreadLocalRandom.current().nextDouble();
		Duration wished = (reply != null) ? reply.retryAfter() : null;
		if (wished != null && !wished.isNegative()) {
			return wished.plusMillis((long) (this.settings.initialInterval().toMillis() * chance));
		}
		double longest = (double) this.settings.maxInterval().toMillis();
		double interval = this.settings.initialInterval().toMillis()
				* Math.pow(this.settings.multiplier(), this.count - 1.0);
		return Duration.ofMillis((long) (Math.min(interval, longest) * (1 - chance)));
	}

	Duration pause() {
		return this.pause;
	}

	/**
	 * Returns what to tell the caller when there is no further attempt.
	 * @param failure why the last attempt failed
	 * @return an exception, {@code null} if the failure itself says all: it is none of
	 * those after which to try again, or nothing can have taken effect
	 */
	@Nullable UnknownOutcomeException unknownOutcome(Throwable failure) {
		if (!isTransient(failure) || !this.mayHaveTakenEffect) {
			return null;
		}
		return new UnknownOutcomeException(this.key.value(), this.count, failure);
	}

}
