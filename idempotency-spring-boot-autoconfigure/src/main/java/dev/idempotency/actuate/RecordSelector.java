package dev.idempotency.actuate;

import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotencyKeyMalformedException;
import dev.idempotency.repository.RecordId;

/**
 * Finds out which record a call means. A call that could mean another record than its
 * writer thinks is refused: a parameter given twice, one that is not known, or that the
 * container has dropped because it could not decode it, and a key with spaces around it,
 * which may be plus signs that are not encoded.
 *
 * @param namespace what separates applications on one repository
 * @param keys reads a key in the forms in which clients send it
 */
record RecordSelector(String namespace, Function<String, IdempotencyKey> keys) {

	private static final String HOW_TO_CALL = " Call it as ?key=<key>&scope=<scope>, with the key as the client sent it,"
			+ " and without scope for requests without principal.";

	private static final String HOW_TO_ENCODE = " Encode what is special in a URL (% is %25, + is %2B, & is %26, a space"
			+ " is %20); 'curl -G --data-urlencode' does it.";

	private static final Set<String> NAMES = Set.of("key", "scope");

	/**
	 * Returns the record that a call means.
	 * @param key the parameter {@code key}: a text, a list of them if it was repeated, or
	 * {@code null}
	 * @param scope the parameter {@code scope}, likewise
	 * @param query the query of the call as it was written
	 * @return the record, {@code null} if the call has no parameters
	 * @throws WrongCallException if the call cannot be understood
	 */
	@Nullable Selection select(@Nullable Object key, @Nullable Object scope, @Nullable String query) throws WrongCallException {
		checkNames(query, key != null, scope != null);
		if (key == null && scope == null) {
			return null;
		}
		if (key == null) {
			throw missingKey();
		}
		String scopeText = (scope != null) ? text("scope", scope) : "";
		return new Selection(RecordId.of(this.namespace, scopeText, key(text("key", key))), scopeText);
	}

	static WrongCallException missingKey() {
		return new WrongCallException("The parameter 'key' is missing." + HOW_TO_CALL);
	}

	private static void checkNames(@Nullable String query, boolean hasKey, boolean hasScope) throws WrongCallException {
		if (query == null) {
			return;
		}
		for (String parameter : StringUtils.delimitedListToStringArray(query, "&")) {
			int end = parameter.indexOf('=');
			String name = (end != -1) ? parameter.substring(0, end) : parameter;
			if (!name.isEmpty() && !NAMES.contains(name)) {
				throw new WrongCallException("There is a parameter other than 'key' and 'scope'." + HOW_TO_CALL);
			}
			if ((name.equals("key") && !hasKey) || (name.equals("scope") && !hasScope)) {
				throw new WrongCallException("The parameter '" + name + "' cannot be decoded." + HOW_TO_ENCODE);
			}
		}
	}

	private static String text(String name, Object value) throws WrongCallException {
		if (value instanceof String text) {
			return text;
		}
		throw new WrongCallException("The parameter '" + name + "' is there more than once." + HOW_TO_CALL);
	}

	private IdempotencyKey key(String text) throws WrongCallException {
		if (text.isEmpty()) {
			throw new WrongCallException("The parameter 'key' is empty." + HOW_TO_CALL);
		}
		if (!text.equals(text.strip())) {
			throw invalidKey();
		}
		try {
			return this.keys.apply(text);
		}
		catch (IdempotencyKeyMalformedException ex) {
			throw invalidKey();
		}
	}

	private static WrongCallException invalidKey() {
		return new WrongCallException("The parameter 'key' is not a valid key: visible ASCII characters other than"
				+ " \" , ; and \\, or a quoted string (RFC 9651), which may have these and spaces as well."
				+ HOW_TO_ENCODE);
	}

	/**
	 * What a call means.
	 *
	 * @param id the identity of the record
	 * @param scope whose key it is
	 */
	record Selection(RecordId id, String scope) {
	}

}
