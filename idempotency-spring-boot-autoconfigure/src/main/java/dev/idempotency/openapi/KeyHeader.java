package dev.idempotency.openapi;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import org.jspecify.annotations.Nullable;

import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.KeyFormat;
import dev.idempotency.web.KeyParser;

/**
 * The request header that holds the key, as a parameter of an operation.
 *
 * @param name its name
 * @param required whether a request without it is refused
 * @param description what to send
 * @param schema its value: quoted, or quoted or not
 */
record KeyHeader(String name, boolean required, String description, Schema<?> schema) {

	private static final String IN_HEADER = "header";

	private static final String COMPONENT = "#/components/parameters/";

	/** What a bare key consists of: visible ASCII other than {@code " , ; \}. */
	private static final String BARE_CHARACTER = "[-!#-+.-:<-\\[\\]-~]";

	/** What a quoted key consists of: ASCII, with two escapes. */
	private static final String QUOTED_CHARACTER = "(?:[ !#-\\[\\]-~]|\\\\[\"\\\\])";

	/** Not only spaces. */
	private static final String NOT_BLANK = "(?! *\")";

	/**
	 * Returns the headers of an operation of the document.
	 * @param handlers the idempotent ones of its handler methods
	 * @param all whether these are all of them
	 * @return one for each name, required if all handler methods require it
	 */
	static List<KeyHeader> of(List<HandlerOperation> handlers, boolean all) {
		Map<String, HandlerOperation> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		handlers.forEach((handler) -> byName.putIfAbsent(handler.keyParser().headerName(), handler));
		boolean required = all && byName.size() == 1 && handlers.stream().allMatch(HandlerOperation::required);
		return byName.values().stream().map((handler) -> of(handler, required)).toList();
	}

	private static KeyHeader of(HandlerOperation operation, boolean required) {
		KeyParser parser = operation.keyParser();
		boolean quoted = parser.format() == KeyFormat.STRUCTURED;
		String description = "Names one operation across all attempts to get it done: send a new key, such as a UUID,"
				+ " with each new operation, and the same key with each retry of it. A retry gets the first response"
				+ " again." + (quoted ? " A quoted string (RFC 9651)." : " Bare, or as a quoted string (RFC 9651).")
				+ (required ? "" : " Without a key, a retry runs the operation again.");
		return new KeyHeader(parser.headerName(), required, description, schema(parser, quoted));
	}

	private static Schema<?> schema(KeyParser parser, boolean quoted) {
		Pattern pattern = parser.pattern();
		String own = (pattern != null) ? "(?:" + pattern.pattern() + ")" : null;
		String times = "{1," + parser.maxLength() + "}";
		String inQuotes = '"' + ((own != null) ? own : NOT_BLANK + QUOTED_CHARACTER + times) + '"';
		String bare = (own != null) ? own : BARE_CHARACTER + times;
		return Schemas.ofType("string")
			.minLength(quoted ? 3 : 1)
			.maxLength(((own != null) ? parser.maxLength() : 2 * parser.maxLength()) + 2)
			.pattern("^(?:" + inQuotes + (quoted ? "" : '|' + bare) + ")$");
	}

	/**
	 * Adds the parameter, or completes the one that the application documents itself. One
	 * that it shares with other operations stays as it is.
	 * @param operation the operation
	 * @param path its path, which may document it for all operations
	 * @param components what a parameter may refer to
	 */
	void addTo(Operation operation, PathItem path, Components components) {
		Optional<Parameter> own = stream(operation.getParameters()).filter(this::isThis).findFirst();
		if (own.isPresent()) {
			complete(own.get());
		}
		else if (Stream.concat(stream(operation.getParameters()), stream(path.getParameters()))
			.map((parameter) -> resolve(parameter, components))
			.noneMatch(this::isThis)) {
			Parameter parameter = new Parameter().in(IN_HEADER).name(this.name).required(this.required);
			complete(parameter);
			operation.addParametersItem(parameter);
		}
	}

	private static Stream<Parameter> stream(@Nullable List<Parameter> parameters) {
		return (parameters != null) ? parameters.stream() : Stream.empty();
	}

	private boolean isThis(Parameter parameter) {
		return IN_HEADER.equals(parameter.getIn()) && this.name.equalsIgnoreCase(parameter.getName());
	}

	private static Parameter resolve(Parameter parameter, Components components) {
		String reference = parameter.get$ref();
		if (reference == null || !reference.startsWith(COMPONENT) || components.getParameters() == null) {
			return parameter;
		}
		return components.getParameters().getOrDefault(reference.substring(COMPONENT.length()), parameter);
	}

	private void complete(Parameter parameter) {
		if (this.required) {
			parameter.setRequired(true);
		}
		if (parameter.getDescription() == null) {
			parameter.setDescription(this.description);
		}
		if (parameter.getSchema() == null && parameter.getContent() == null) {
			parameter.setSchema(this.schema);
		}
	}

}
