package dev.idempotency.repository.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisScriptingCommands;

/**
 * Runs scripts through Spring Data Redis, one after the other. None begins after the
 * deadline; a single call waits as long as the driver's own timeouts say.
 */
final class SpringScriptDriver implements ScriptDriver {

	private final RedisScriptingCommands commands;

	SpringScriptDriver(RedisScriptingCommands commands) {
		this.commands = commands;
	}

	@Override
	public Object execute(ScriptCall call, Deadline deadline) throws TimeoutException {
		if (deadline.hasPassed()) {
			throw new TimeoutException();
		}
		RedisScript script = call.script();
		byte[][] keyAndArguments = call.keyAndArguments();
		try {
			return this.commands.evalSha(script.sha(), script.returnType(), 1, keyAndArguments);
		}
		catch (RuntimeException ex) {
			if (!RedisScript.isMissing(ex)) {
				throw ex;
			}
			return this.commands.eval(script.source(), script.returnType(), 1, keyAndArguments);
		}
	}

	@Override
	public List<Object> executeAll(List<ScriptCall> calls, Deadline deadline) throws TimeoutException {
		List<Object> answers = new ArrayList<>(calls.size());
		RuntimeException failure = null;
		for (ScriptCall call : calls) {
			if (deadline.hasPassed()) {
				throw timeout(failure);
			}
			try {
				answers.add(execute(call, deadline));
			}
			catch (RuntimeException ex) {
				failure = (failure != null) ? failure : ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
		return answers;
	}

	private static TimeoutException timeout(@Nullable RuntimeException cause) {
		TimeoutException timeout = new TimeoutException();
		timeout.initCause(cause);
		return timeout;
	}

}
