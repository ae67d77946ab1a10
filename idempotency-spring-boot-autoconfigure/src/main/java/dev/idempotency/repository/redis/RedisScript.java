package dev.idempotency.repository.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import org.springframework.data.redis.connection.ReturnType;

/**
 * A Lua script with the digest under which servers cache it.
 */
final class RedisScript {

	private final String name;

	private final ReturnType returnType;

	private final byte[] source;

	private final String sha;

	private RedisScript(String name, ReturnType returnType, byte[] source) {
		this.name = name;
		this.returnType = returnType;
		this.source = source;
		this.sha = sha1(source);
	}

	/**
	 * Loads a script and puts the part that all scripts share before it.
	 * @param name the name of the call and of the resource
	 * @param returnType what the script answers with
	 * @return the script
	 */
	static RedisScript load(String name, ReturnType returnType) {
		String source = resource("record.lua") + resource(name + ".lua");
		return new RedisScript(name, returnType, source.getBytes(StandardCharsets.UTF_8));
	}

	private static String resource(String name) {
		try (InputStream in = RedisScript.class.getResourceAsStream(name)) {
			if (in == null) {
				throw new IllegalStateException("Script " + name + " is not on the class path");
			}
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Script " + name + " cannot be read", ex);
		}
	}

	private static String sha1(byte[] source) {
		try {
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(source));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-1", ex);
		}
	}

	/**
	 * Tells whether a failure means that the server does not have the script, so that
	 * nothing has run.
	 * @param failure the failure, as the driver or Spring threw it
	 * @return whether to send the source
	 */
	static boolean isMissing(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			String message = cause.getMessage();
			if (message != null && message.startsWith("NOSCRIPT")) {
				return true;
			}
		}
		return false;
	}

	String name() {
		return this.name;
	}

	ReturnType returnType() {
		return this.returnType;
	}

	/**
	 * Returns the source.
	 * @return the bytes, not to be changed
	 */
	byte[] source() {
		return this.source;
	}

	String sha() {
		return this.sha;
	}

}
