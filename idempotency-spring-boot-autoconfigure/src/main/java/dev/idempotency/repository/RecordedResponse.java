package dev.idempotency.repository;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of an operation as a repository keeps it: the status in clear and the rest
 * of the response as content that only the engine reads.
 *
 * @since 0.1.0
 */
public final class RecordedResponse {

	private final int status;

	private final byte @Nullable [] content;

	/**
	 * Creates an outcome.
	 * @param status the response status
	 * @param content headers and body in the engine's format, or {@code null} if the
	 * response was too large to record
	 */
	public RecordedResponse(int status, byte @Nullable [] content) {
		this.status = status;
		this.content = content;
	}

	/**
	 * Returns the response status.
	 * @return the status
	 */
	public int status() {
		return this.status;
	}

	/**
	 * Returns headers and body in the engine's format.
	 * @return the content, not to be changed, or {@code null} if the response was too
	 * large to record
	 */
	public byte @Nullable [] content() {
		return this.content;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof RecordedResponse that && this.status == that.status
				&& Arrays.equals(this.content, that.content);
	}

	@Override
	public int hashCode() {
		return 31 * this.status + Arrays.hashCode(this.content);
	}

	@Override
	public String toString() {
		return "RecordedResponse[status=" + this.status + "]";
	}

}
