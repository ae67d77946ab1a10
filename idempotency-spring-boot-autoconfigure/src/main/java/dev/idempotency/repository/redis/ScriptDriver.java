package dev.idempotency.repository.redis;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * The way to run scripts on one connection: by digest first, and with their source if the
 * server does not have them.
 */
interface ScriptDriver {

	/**
	 * Runs a script.
	 * @param call the call
	 * @param deadline the time until which to wait
	 * @return what the script answered
	 */
	Object execute(ScriptCall call, Deadline deadline)
			throws InterruptedException, ExecutionException, TimeoutException;

	/**
	 * Runs scripts, each whether or not another one failed, and throws afterwards.
	 * @param calls the calls
	 * @param deadline the time until which to wait for all of them
	 * @return what the scripts answered, in the order of the calls
	 */
	List<Object> executeAll(List<ScriptCall> calls, Deadline deadline)
			throws InterruptedException, ExecutionException, TimeoutException;

}
