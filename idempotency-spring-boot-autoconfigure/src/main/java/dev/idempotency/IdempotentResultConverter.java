package dev.idempotency;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

/**
 * Turns the results of methods, of steps and of {@link IdempotencyTemplate} into bytes
 * and back. Without a bean of this type, the application's JSON mapper does it.
 *
 * @since 0.1.0
 */
public interface IdempotentResultConverter {

	/**
	 * Returns what the bytes are.
	 * @return the media type, recorded with each result
	 */
	default String mediaType() {
		return "application/json";
	}

	/**
	 * Writes a result.
	 * @param result the result
	 * @param type the declared type, generic types included
	 * @return the bytes
	 * @throws Exception if it cannot be written: it is delivered, but not to later calls
	 */
	byte[] write(@Nullable Object result, Type type) throws Exception;

	/**
	 * Reads a result.
	 * @param content the bytes
	 * @param type the declared type, generic types included
	 * @return the result
	 * @throws Exception if it cannot be read; the call is then refused and never run
	 * again
	 */
	@Nullable Object read(byte[] content, Type type) throws Exception;

}
