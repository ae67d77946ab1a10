package dev.idempotency.web;

/**
 * How a key may stand in its header.
 *
 * @since 0.1.0
 */
public enum KeyFormat {

	/**
	 * As a quoted string of RFC 9651 or bare; the same key either way. Some characters a
	 * key may have only in quotes.
	 */
	LENIENT,

	/** As a quoted string of RFC 9651 only. */
	STRUCTURED

}
