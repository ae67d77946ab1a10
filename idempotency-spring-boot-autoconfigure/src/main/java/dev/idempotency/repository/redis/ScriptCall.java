package dev.idempotency.repository.redis;

/**
 * A script with the one key that it touches and its arguments.
 */
final class ScriptCall {

	private final RedisScript script;

	private final byte[] key;

	private final byte[][] arguments;

	ScriptCall(RedisScript script, byte[] key, byte[]... arguments) {
		this.script = script;
		this.key = key;
		this.arguments = arguments;
	}

	RedisScript script() {
		return this.script;
	}

	byte[] key() {
		return this.key;
	}

	byte[][] arguments() {
		return this.arguments;
	}

}
