package dev.idempotency.actuate;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.IdempotencyKeyMalformedException;
import dev.idempotency.engine.Operation;
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
			+ " and without scope for requests without principal; for methods as ?key=<key>&operation=<operation>; and for"
			+ " a step with &step=<step> besides.";

	private static final String HOW_TO_ENCODE = " Encode what is special in a URL (% is %25, + is %2B, & is %26, a space"
			+ " is %20); 'curl -G --data-urlencode' does it.";

	private static final Set<String> NAMES = Set.of("key", "scope", "operation", "step");

	/**
	 * Returns the record that a call means.
	 * @param parameters the parameters by their names: a text each, a list of them if it
	 * was repeated
	 * @param query the query of the call as it was written
	 * @return the record, {@code null} if the call has no parameters
	 * @throws WrongCallException if the call cannot be understood
	 */
	@Nullable Selection select(Map<String, Object> parameters, @Nullable String query) throws WrongCallException {
		checkNames(query, parameters.keySet());
		if (parameters.isEmpty()) {
			return null;
		}
		if (!parameters.containsKey("key")) {
			throw missingKey();
		}
		IdempotencyKey key = key(text("key", parameters));
		String step = name("step", parameters);
		String operation = name("operation", parameters);
		if (operation == null) {
			String scope = parameters.containsKey("scope") ? text("scope", parameters) : "";
			return new Selection(RecordId.of(this.namespace, scope, key), scope, null, step);
		}
		if (parameters.containsKey("scope")) {
			throw new WrongCallException("There are both 'scope' and 'operation'." + HOW_TO_CALL);
		}
		return new Selection(RecordId.ofMethod(this.namespace, operation, key), null, operation, step);
	}

	static WrongCallException missingKey() {
		return new WrongCallException("The parameter 'key' is missing." + HOW_TO_CALL);
	}

	private static void checkNames(@Nullable String query, Set<String> decoded) throws WrongCallException {
		if (query == null) {
			return;
		}
		for (String parameter : StringUtils.delimitedListToStringArray(query, "&")) {
			int end = parameter.indexOf('=');
			String name = (end != -1) ? parameter.substring(0, end) : parameter;
			if (!name.isEmpty() && !NAMES.contains(name)) {
				throw new WrongCallException(
						"There is a parameter other than 'key', 'scope', 'operation' and 'step'." + HOW_TO_CALL);
			}
			if (!name.isEmpty() && !decoded.contains(name)) {
				throw new WrongCallException("The parameter '" + name + "' cannot be decoded." + HOW_TO_ENCODE);
			}
		}
	}

	private static String text(String name, Map<String, Object> parameters) throws WrongCallException {
		if (parameters.get(name) instanceof String text) {
			return text;
		}
		throw new WrongCallException("The parameter '" + name + "' is there more than once." + HOW_TO_CALL);
	}

	private static @Nullable String name(String name, Map<String, Object> parameters) throws WrongCallException {
		if (!parameters.containsKey(name)) {
			return null;
		}
		String text = text(name, parameters);
		if (text.isEmpty()) {
			throw new WrongCallException("The parameter '" + name + "' is empty." + HOW_TO_CALL);
		}
		return text;
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
	 * @param id the identity of the record of an operation
	 * @param scope whose key it is, {@code null} for methods
	 * @param operation the name of the operation, {@code null} for requests
	 * @param step the name of the step that is meant, {@code null} for the operation
	 */
	record Selection(RecordId id, @Nullable String scope, @Nullable String operation, @Nullable String step) {

		Operation.Kind kind() {
			return (this.operation != null || this.step != null) ? Operation.Kind.CALL : Operation.Kind.REQUEST;
		}

	}

}
