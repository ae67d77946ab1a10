package dev.idempotency.faults;

/**
 * A server of the suite's own that can be killed, and keeps what it has acknowledged.
 */
interface Store extends AutoCloseable {

	/** The port of the server. */
	int port();

	/** Kills the server. */
	void crash();

	/** Starts the server on the data that it left. */
	void restart();

	@Override
	void close();

}
