package dev.idempotency.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;

import dev.idempotency.client.IdempotencyClientListener.Outcome;
import dev.idempotency.client.IdempotencyRetryPredicate.Attempt;

/**
 * The attempts of one call: whether there is to be another one, and when, and how the
 * call ends.
 */
final class Attempts {

	private static final Logger logger = LoggerFactory.getLogger(Attempts.class);

	private final Call call;

	private final CallPolicy policy;

	private final @Nullable IdempotencyRetrySettings settings;

	private final long start = System.nanoTime();

	/** How many there were. */
	private int count;

	/** How many of them found an earlier one still running. */
	private int waits;

	private boolean spent;

	private boolean mayHaveTakenEffect;

	private boolean ended;

	private @Nullable Reply last;

	private Duration pause = Duration.ZERO;

	/**
	 * Creates the attempts of a call, of which there were none yet.
	 * @param call the call
	 * @param policy what applies
	 */
	Attempts(Call call, CallPolicy policy) {
		this.call = call;
		this.policy = policy;
		this.settings = policy.settings().retry();
	}

	/**
	 * Returns whether a response is to be followed by another attempt, if there may be
	 * one.
	 * @param reply the response
	 */
	boolean callsForRetry(Reply reply) {
		String replayHeader = this.policy.settings().replayHeaderName();
		if (this.settings == null || !reply.status().isError() || reply.isReplay(replayHeader)) {
			return false;
		}
		Boolean decision = this.policy.decide(new Attempt(this.count + 1, reply.status(), reply.headers(), null));
		return (decision != null) ? decision : reply.callsForRetry(this.settings, replayHeader);
	}

	/**
	 * Decides after an attempt without a response for the caller.
	 * @param failure a {@link FailedAttempt}, or why there is no response
	 * @return whether there is to be another attempt, after the {@linkplain #pause()
	 * pause}
	 */
	boolean goOnAfter(Throwable failure) {
		this.count++;
		Reply reply = (failure instanceof FailedAttempt attempt) ? attempt.reply() : null;
		this.last = (reply != null) ? reply : this.last;
		this.mayHaveTakenEffect |= (reply != null) ? !reply.isRefusal() : !Failures.isBeforeSending(failure);
		boolean goOn = this.settings != null && mayGoOnAfter(failure, reply, this.settings);
		if (goOn) {
			logger.debug("{}: attempt {} ended with {}, the next one begins in {} ms", this.call, this.count,
					description(failure), this.pause.toMillis());
			this.policy.retry(this.call.client(), this.count, this.pause);
		}
		else {
			logger.debug("{}: attempt {} ended with {}, there is no further one", this.call, this.count,
					description(failure));
		}
		return goOn;
	}

	private boolean mayGoOnAfter(Throwable failure, @Nullable Reply reply, IdempotencyRetrySettings retry) {
		boolean inFlight = reply != null && reply.isInFlight(retry);
		this.waits += inFlight ? 1 : 0;
		this.pause = pauseAfter(reply, retry);
		if (Thread.currentThread().isInterrupted()
				|| this.call.key().age().plus(this.pause).compareTo(retry.maxDuration()) >= 0
				|| isLateAfter(this.pause)) {
			return false;
		}
		if (inFlight) {
			return true;
		}
		if (this.count - this.waits >= retry.maxAttempts()
				|| (reply == null && Boolean.FALSE.equals(this.policy.decide(attempt(failure))))) {
			return false;
		}
		this.spent = this.policy.budget().of(this.call.client()).spend();
		return this.spent;
	}

	/**
	 * Returns whether the call takes longer than it may.
	 * @param wait how long it is to go on at least
	 */
	boolean isLateAfter(Duration wait) {
		Duration deadline = deadline();
		return deadline != null && elapsed().plus(wait).compareTo(deadline) >= 0;
	}

	@Nullable Duration deadline() {
		return (this.settings != null) ? this.settings.deadline() : null;
	}

	private Duration elapsed() {
		return Duration.ofNanos(System.nanoTime() - this.start);
	}

	private Attempt attempt(Throwable failure) {
		return new Attempt(this.count, null, new HttpHeaders(), failure);
	}

	private static Object description(Throwable failure) {
		return (failure instanceof FailedAttempt attempt) ? attempt.reply().status().value() : failure.toString();
	}

	private Duration pauseAfter(@Nullable Reply reply, IdempotencyRetrySettings retry) {
		double chance = retry.jitter() * ThreadLocalRandom.current().nextDouble();
		Duration wished = (reply != null) ? RetryAfter.of(reply.headers()) : null;
		if (wished != null && !wished.isNegative()) {
			return wished.plusMillis((long) (retry.initialInterval().toMillis() * chance));
		}
		double longest = (double) retry.maxInterval().toMillis();
		double interval = retry.initialInterval().toMillis() * Math.pow(retry.multiplier(), this.count - 1.0);
		return Duration.ofMillis((long) (Math.min(interval, longest) * (1 - chance)));
	}

	Duration pause() {
		return this.pause;
	}

	int count() {
		return this.count;
	}

	/**
	 * Returns what to tell the caller when there is no further attempt.
	 * @param failure why the last attempt failed
	 * @return an exception, {@code null} if the failure itself says all, since nothing
	 * can have taken effect
	 */
	@Nullable UnknownOutcomeException unknownOutcome(Throwable failure) {
		if (!this.mayHaveTakenEffect) {
			return null;
		}
		logger.warn("It is not known whether {} took effect, after {} with the key {}: {}", this.call,
				UnknownOutcomeException.times(this.count), this.call.keyDigest(), description(failure));
		end(Outcome.UNKNOWN);
		return new UnknownOutcomeException(this.call, this.count, this.last, failure);
	}

	/**
	 * Notes that the caller got a response.
	 * @param status its status
	 * @param headers its headers
	 * @param further whether it ended an attempt that was not counted yet
	 */
	void answered(int status, HttpHeaders headers, boolean further) {
		if (this.ended) {
			return;
		}
		if (further) {
			this.count++;
			logger.debug("{}: attempt {} ended with {}", this.call, this.count, status);
		}
		boolean replay = "true".equalsIgnoreCase(headers.getFirst(this.policy.settings().replayHeaderName()));
		if (replay) {
			end(Outcome.REPLAYED);
		}
		else if (status >= 400) {
			end((status < 500) ? Outcome.REFUSED : Outcome.FAILED);
		}
		else {
			end(Outcome.SUCCESS);
		}
	}

	/**
	 * Notes that nobody waits for the response any more.
	 */
	void abandoned() {
		if (!this.ended) {
			logger.warn("Nobody waits for the response to {} with the key {} any more, so it is not known"
					+ " whether it took effect", this.call, this.call.keyDigest());
			this.count++;
			end(Outcome.UNKNOWN);
		}
	}

	/**
	 * Notes that the call is over.
	 * @param outcome how it ended
	 */
	void end(Outcome outcome) {
		if (this.ended) {
			return;
		}
		this.ended = true;
		if (outcome == Outcome.SUCCESS || outcome == Outcome.REPLAYED) {
			this.policy.budget().of(this.call.client()).refill(this.spent);
		}
		this.policy.end(this.call.client(), outcome, this.count, elapsed());
	}

}
