package dev.idempotency.repository.redis;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * The way to run a script and then {@code WAIT} for replicas.
 * <p>
 * {@code WAIT} is about the writes of its own connection and blocks this connection on
 * the server. So both go to the same connection, which nobody else uses meanwhile. They
 * are sent together and take one round trip.
 */
interface ReplicatedDriver extends AutoCloseable {

	/**
	 * Runs a script.
	 * @param call the call
	 * @param wrote tells by the answer whether the script wrote something: if not, nobody
	 * has to acknowledge it
	 * @param deadline the time until which to wait for the answer of the script
	 * @param acknowledgement the time until which to wait for the replicas
	 * @return what the script answered
	 * @throws NotAcknowledgedException if the script wrote something that too few
	 * replicas have
	 */
	Object execute(ScriptCall call, Predicate<Object> wrote, Deadline deadline, Deadline acknowledgement)
			throws InterruptedException, ExecutionException, TimeoutException;

	@Override
	default void close() {
		// Most have nothing of their own
	}

}
