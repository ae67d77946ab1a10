package dev.idempotency.openapi;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;

import dev.idempotency.IdempotencyException;
import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.ReplayStatuses;

/**
 * The responses of an operation, to which is added. What the application documents itself
 * stays.
 */
final class Responses {

	private static final String PROBLEM = "IdempotencyProblem";

	private static final String COMPONENT = "#/components/responses/";

	private final ApiResponses responses;

	private final Components components;

	Responses(Operation operation, Components components) {
		if (operation.getResponses() == null) {
			operation.setResponses(new ApiResponses());
		}
		this.responses = operation.getResponses();
		this.components = components;
	}

	/**
	 * Adds the header of replays to the responses that are recorded.
	 * @param handlers the handler methods of the operation
	 */
	void addReplayHeaders(List<HandlerOperation> handlers) {
		for (String status : List.copyOf(this.responses.keySet())) {
			handlers.stream()
				.filter((handler) -> isRecorded(handler.replayStatuses(), status))
				.forEach((handler) -> addHeader(own(status), handler.replayHeaderName(), new Header()
					.description("`true` where this is the recorded response of the first request with the same key;"
							+ " absent otherwise.")
					.schema(Schemas.ofType("boolean"))));
		}
	}

	private static boolean isRecorded(ReplayStatuses statuses, String status) {
		if (status.equals(ApiResponses.DEFAULT)) {
			return !statuses.names().isEmpty();
		}
		return IntStream.range(100, 600)
			.filter(statuses::contains)
			.mapToObj(String::valueOf)
			.anyMatch((recorded) -> recorded.equals(status) || status.equalsIgnoreCase(recorded.charAt(0) + "XX"));
	}

	/**
	 * Adds the refusals.
	 * @param handlers the handler methods of the operation
	 */
	void addRefusals(List<HandlerOperation> handlers) {
		for (HandlerOperation handler : handlers) {
			int prefix = handler.operation().problemTypePrefix().length();
			Refusals.of(handler).forEach((refusal) -> add(refusal, prefix));
		}
		if (this.components.getSchemas() == null || !this.components.getSchemas().containsKey(PROBLEM)) {
			this.components.addSchemas(PROBLEM, problem());
		}
	}

	private static Schema<?> problem() {
		Schema<?> problem = Schemas.ofType("object");
		problem.setDescription("Why a request was refused by its idempotency key (RFC 9457).");
		problem.addProperty("type", Schemas.ofType("string").format("uri").description("Names the kind of problem."));
		problem.addProperty("title", Schemas.ofType("string").description("What this kind of problem is."));
		problem.addProperty("status", Schemas.ofType("integer").format("int32").description("The status."));
		problem.addProperty("detail",
				Schemas.ofType("string").description("What happened, and what the client can do about it."));
		return problem;
	}

	private void add(IdempotencyException refusal, int prefix) {
		ProblemDetail problem = refusal.getBody();
		ApiResponse response = own(String.valueOf(problem.getStatus()));
		describe(response, "`" + problem.getType() + "`: " + problem.getDetail());
		if (response.getContent() == null) {
			response.setContent(new Content());
		}
		MediaType mediaType = response.getContent()
			.computeIfAbsent(org.springframework.http.MediaType.APPLICATION_PROBLEM_JSON_VALUE,
					(name) -> new MediaType().schema(new Schema<>().$ref(Components.COMPONENTS_SCHEMAS_REF + PROBLEM)));
		// Either one example, or several with a name
		if (mediaType.getExample() == null) {
			String type = String.valueOf(problem.getType());
			mediaType.addExamples(type.substring(prefix), example(problem, type));
		}
		String retryAfter = refusal.getHeaders().getFirst(HttpHeaders.RETRY_AFTER);
		if (retryAfter != null) {
			addHeader(response, HttpHeaders.RETRY_AFTER,
					new Header()
						.description("With `" + problem.getType() + "`: when to send the request again, in seconds.")
						.schema(Schemas.ofType("integer")));
		}
	}

	private static Example example(ProblemDetail problem, String type) {
		Map<String, Object> value = new LinkedHashMap<>();
		value.put("type", type);
		value.put("title", String.valueOf(problem.getTitle()));
		value.put("status", problem.getStatus());
		value.put("detail", String.valueOf(problem.getDetail()));
		return new Example().summary(problem.getTitle()).value(value);
	}

	private static void describe(ApiResponse response, String paragraph) {
		String description = response.getDescription();
		if (description == null || description.isEmpty()) {
			response.setDescription(paragraph);
		}
		else if (!description.contains(paragraph)) {
			response.setDescription(description + "\n\n" + paragraph);
		}
	}

	private static void addHeader(ApiResponse response, String name, Header header) {
		if (response.getHeaders() == null
				|| response.getHeaders().keySet().stream().noneMatch(name::equalsIgnoreCase)) {
			response.addHeaderObject(name, header);
		}
	}

	/**
	 * Returns the response of a status, to be changed: one that is shared with other
	 * operations as a component is copied.
	 */
	private ApiResponse own(String status) {
		ApiResponse response = this.responses.computeIfAbsent(status, (name) -> new ApiResponse());
		String reference = response.get$ref();
		if (reference == null || !reference.startsWith(COMPONENT) || this.components.getResponses() == null) {
			return response;
		}
		ApiResponse shared = this.components.getResponses().get(reference.substring(COMPONENT.length()));
		if (shared == null) {
			return response;
		}
		ApiResponse own = copy(shared);
		this.responses.put(status, own);
		return own;
	}

	private static ApiResponse copy(ApiResponse shared) {
		ApiResponse own = new ApiResponse().description(shared.getDescription());
		own.setHeaders((shared.getHeaders() != null) ? new LinkedHashMap<>(shared.getHeaders()) : null);
		own.setLinks(shared.getLinks());
		own.setExtensions(shared.getExtensions());
		if (shared.getContent() != null) {
			Content content = new Content();
			shared.getContent().forEach((type, media) -> content.addMediaType(type, copy(media)));
			own.setContent(content);
		}
		return own;
	}

	private static MediaType copy(MediaType shared) {
		MediaType own = new MediaType().schema(shared.getSchema());
		if (shared.getExample() != null) {
			own.setExample(shared.getExample());
		}
		own.setExamples((shared.getExamples() != null) ? new LinkedHashMap<>(shared.getExamples()) : null);
		own.setEncoding(shared.getEncoding());
		own.setExtensions(shared.getExtensions());
		return own;
	}

}
