package dev.idempotency.engine;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A response as it is recorded and replayed, or the result of a call.
 *
 * @param status the status, {@link #NO_STATUS} of a result
 * @param headers the headers in the order in which they are set
 * @param body the bytes of the body, backed by an array; its position and limit are not
 * to be changed
 * @since 0.1.0
 */
public record StoredResponse(int status, List<Header> headers, ByteBuffer body) {

	/** What stands in place of a status where there is none. */
	public static final int NO_STATUS = 0;

	/** The result of a call that has none. */
	public static final StoredResponse NOTHING = new StoredResponse(NO_STATUS, List.of(), ByteBuffer.allocate(0));

	/**
	 * One header field.
	 *
	 * @param name the name of the field
	 * @param value its value
	 * @param replaces whether it replaces fields of the same name that stand already, set
	 * by a filter for example, or is added to them
	 */
	public record Header(String name, String value, boolean replaces) {
	}

}
