package dev.idempotency.repository.redis;

import java.nio.charset.StandardCharsets;

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

	/**
	 * Writes a number as Redis reads it in a command.
	 * @param number the number
	 * @return its decimal digits
	 */
	static byte[] decimal(long number) {
		return Long.toString(number).getBytes(StandardCharsets.ISO_8859_1);
	}

	byte[][] keyAndArguments() {
		byte[][] keyAndArguments = new byte[1 + this.arguments.length][];
		keyAndArguments[0] = this.key;
		System.arraycopy(this.arguments, 0, keyAndArguments, 1, this.arguments.length);
		return keyAndArguments;
	}

}
