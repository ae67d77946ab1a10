package dev.idempotency.client;

import org.springframework.util.ConcurrentLruCache;

/**
 * Keeps further attempts from making an outage worse: each costs tokens of its server,
 * and successes give tokens back, as in the standard retry strategy of the AWS SDKs.
 */
final class RetryBudget {

	/** What a further attempt costs. */
	static final int COST = 5;

	/** What a success without a further attempt gives back. */
	private static final int INCOME = 1;

	/** Servers that are known at a time; one that is forgotten starts anew. */
	private static final int SERVERS = 1000;

	private final ConcurrentLruCache<String, Bucket> buckets;

	/**
	 * Creates a budget.
	 * @param tokens the most tokens of a server, 0 for further attempts without budget
	 */
	RetryBudget(int tokens) {
		this.buckets = new ConcurrentLruCache<>(SERVERS, (server) -> new Bucket(tokens));
	}

	/**
	 * Returns the tokens of a server.
	 * @param server the name of the server
	 * @return its tokens
	 */
	Bucket of(String server) {
		return this.buckets.get(server);
	}

	/**
	 * The tokens of a server.
	 */
	static final class Bucket {

		private final int capacity;

		private int tokens;

		private Bucket(int capacity) {
			this.capacity = capacity;
			this.tokens = capacity;
		}

		/**
		 * Takes the tokens for a further attempt.
		 * @return whether there were enough
		 */
		synchronized boolean spend() {
			if (this.capacity > 0 && this.tokens < COST) {
				return false;
			}
			this.tokens -= (this.capacity > 0) ? COST : 0;
			return true;
		}

		/**
		 * Gives tokens back after a success.
		 * @param spent whether a further attempt brought it
		 */
		synchronized void refill(boolean spent) {
			this.tokens = Math.min(this.capacity, this.tokens + (spent ? COST : INCOME));
		}

	}

}
