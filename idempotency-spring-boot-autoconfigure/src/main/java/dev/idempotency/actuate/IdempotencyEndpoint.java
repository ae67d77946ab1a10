package dev.idempotency.actuate;

import java.security.Principal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.lang.Nullable;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.actuate.RecordSelector.Selection;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.OperatorSettlement;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.UnreadableRecordException;

/**
 * Shows the operations, shows the record of one key, frees a key, and settles what is
 * abandoned. An endpoint of the web only: a key is freed by somebody who can be named.
 * Only reads by default.
 *
 * @since 0.1.0
 */
@WebEndpoint(id = "idempotency", defaultAccess = Access.READ_ONLY)
@RegisterReflectionForBinding({ IdempotencyOverview.class, RecordDescription.class, IdempotencyEndpoint.Problem.class })
public final class IdempotencyEndpoint {

	private static final Logger logger = LoggerFactory.getLogger(IdempotencyEndpoint.class);

	private static final String UNKNOWN = "There is no record for this key in this scope, of this operation or of this"
			+ " step, or it has expired. The scope is the name of the"
			+ " principal, or what the application's IdempotencyScopeResolver returns; without principal it is empty."
			+ " A transactional operation has no record while it runs.";

	private static final String UNREADABLE = "There is a record, but it cannot be read. DELETE frees its key.";

	private static final String NOT_ABANDONED = "Only what is abandoned can be settled: its owner may still be at work,"
			+ " or has finished. GET shows the state.";

	private static final String UNAVAILABLE = "The repository did not answer.";

	private final IdempotencyRepository repository;

	private final IdempotencyEngine engine;

	private final RecordSelector selector;

	private final Supplier<IdempotencyOverview> overview;

	private final OperatorSettlement settlement;

	private final StepRecords records;

	/**
	 * Creates the endpoint.
	 * @param repository the store of records
	 * @param engine reads recorded responses
	 * @param namespace what separates applications on one repository
	 * @param keys reads a key in the forms in which clients send it
	 * @param overview describes the operations
	 * @param settlement records that an operation is done
	 */
	public IdempotencyEndpoint(IdempotencyRepository repository, IdempotencyEngine engine, String namespace,
			Function<String, IdempotencyKey> keys, Supplier<IdempotencyOverview> overview,
			OperatorSettlement settlement) {
		this.repository = repository;
		this.engine = engine;
		this.selector = new RecordSelector(namespace, keys);
		this.overview = overview;
		this.settlement = settlement;
		this.records = new StepRecords(repository, () -> overview.get().operations().keySet());
	}

	/**
	 * Describes the operations, or the record of a key. The parameters are objects,
	 * because as texts repeated ones would arrive joined to one.
	 * @param key the key, {@code null} for the operations
	 * @param scope whose key it is
	 * @param operation the name of the operation, in place of the scope, for methods
	 * @param step the name of a step of the operation
	 * @return an {@link IdempotencyOverview}, a {@link RecordDescription} or a
	 * {@link Problem}
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> read(@Nullable Object key, @Nullable Object scope,
			@Nullable Object operation, @Nullable Object step) {
		Map<String, Object> parameters = parameters(key, scope, operation, step);
		return answer(parameters, this::describe, () -> new WebEndpointResponse<>(this.overview.get()));
	}

	/**
	 * Deletes the record of a key, so that the next request with it runs, whatever became
	 * of the one before. The records of its steps stay.
	 * @param securityContext tells who does it
	 * @param key the key
	 * @param scope whose key it is
	 * @param operation the name of the operation, in place of the scope, for methods
	 * @param step the name of a step of the operation
	 * @return nothing, or a {@link Problem}
	 */
	@DeleteOperation
	public WebEndpointResponse<OperationResponseBody> delete(SecurityContext securityContext, @Nullable Object key,
			@Nullable Object scope, @Nullable Object operation, @Nullable Object step) {
		return answer(parameters(key, scope, operation, step),
				(selection, id) -> free(selection, id, securityContext.getPrincipal()),
				IdempotencyEndpoint::withoutKey);
	}

	/**
	 * Settles an abandoned operation, or step, as done without result.
	 * @param securityContext tells who does it
	 * @param key the key
	 * @param scope whose key it is
	 * @param operation the name of the operation, in place of the scope, for methods
	 * @param step the name of a step of the operation
	 * @return nothing, or a {@link Problem}
	 */
	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> settle(SecurityContext securityContext, @Nullable Object key,
			@Nullable Object scope, @Nullable Object operation, @Nullable Object step) {
		if (hasBody()) {
			return problem(HttpStatus.BAD_REQUEST, "There is a body. Give 'key' and the rest in the query.");
		}
		return answer(parameters(key, scope, operation, step),
				(selection, id) -> complete(selection, id, securityContext.getPrincipal()),
				IdempotencyEndpoint::withoutKey);
	}

	private static Map<String, Object> parameters(@Nullable Object key, @Nullable Object scope,
			@Nullable Object operation, @Nullable Object step) {
		Map<String, Object> parameters = new HashMap<>();
		put(parameters, "key", key);
		put(parameters, "scope", scope);
		put(parameters, "operation", operation);
		put(parameters, "step", step);
		return parameters;
	}

	private static void put(Map<String, Object> parameters, String name, @Nullable Object value) {
		if (value != null) {
			parameters.put(name, value);
		}
	}

	private WebEndpointResponse<OperationResponseBody> answer(Map<String, Object> parameters, Answer answer,
			Supplier<WebEndpointResponse<OperationResponseBody>> withoutParameters) {
		HttpServletRequest request = request();
		try {
			Selection selection = this.selector.select(parameters, (request != null) ? request.getQueryString() : null);
			if (selection == null) {
				return withoutParameters.get();
			}
			RecordId id = selection.id();
			try {
				id = this.records.idOf(selection);
				return answer.to(selection, id);
			}
			catch (IdempotencyRepositoryException ex) {
				return unavailable(id, ex);
			}
		}
		catch (WrongCallException ex) {
			return problem(HttpStatus.BAD_REQUEST, String.valueOf(ex.getMessage()));
		}
	}

	private static WebEndpointResponse<OperationResponseBody> withoutKey() {
		return problem(HttpStatus.BAD_REQUEST, String.valueOf(RecordSelector.missingKey().getMessage()));
	}

	private WebEndpointResponse<OperationResponseBody> describe(Selection selection, RecordId id) {
		Optional<IdempotencyRecord> record = this.repository.find(id);
		if (record.isEmpty()) {
			return problem(HttpStatus.NOT_FOUND, UNKNOWN);
		}
		RecordedResponse response = record.get().response();
		OptionalInt bodySize = (response != null) ? this.engine.bodySize(id, response) : OptionalInt.empty();
		return new WebEndpointResponse<>(RecordDescription.of(selection, record.get(), bodySize));
	}

	private WebEndpointResponse<OperationResponseBody> free(Selection selection, RecordId id,
			@Nullable Principal principal) {
		String description = describe(id);
		if (!this.repository.delete(id)) {
			return problem(HttpStatus.NOT_FOUND, UNKNOWN);
		}
		logger.warn("Record {} ({}) was deleted through Actuator by {}; {}", id, description, name(principal),
				(selection.step() != null) ? "the step runs again"
						: "its key is free, and the records of its steps, if it has any, stay");
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
	}

	private WebEndpointResponse<OperationResponseBody> complete(Selection selection, RecordId id,
			@Nullable Principal principal) {
		Optional<IdempotencyRecord> record = this.repository.find(id);
		if (record.isEmpty()) {
			return problem(HttpStatus.NOT_FOUND, UNKNOWN);
		}
		if (record.get().state() != IdempotencyRecord.State.ABANDONED
				|| !this.settlement.settle(id, record.get(), selection.kind())) {
			return problem(HttpStatus.CONFLICT, NOT_ABANDONED);
		}
		logger.warn("Record {} (operation {}, abandoned) was settled as done through Actuator by {}", id,
				record.get().operation(), name(principal));
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
	}

	private String describe(RecordId id) {
		try {
			return this.repository.find(id)
				.map((record) -> "operation " + record.operation() + ", " + RecordDescription.describe(record.state()))
				.orElse("expired");
		}
		catch (UnreadableRecordException ex) {
			return "unreadable";
		}
	}

	private static String name(@Nullable Principal principal) {
		return (principal != null) ? "'" + principal.getName().replaceAll("\\p{Cntrl}", "?") + "'"
				: "an anonymous caller";
	}

	private static WebEndpointResponse<OperationResponseBody> unavailable(RecordId id,
			IdempotencyRepositoryException failure) {
		logger.warn("Could not look up or change record {}: {} ({})", id, failure.getMessage(),
				String.valueOf(failure.getCause()));
		return problem(HttpStatus.SERVICE_UNAVAILABLE,
				(failure instanceof UnreadableRecordException) ? UNREADABLE : UNAVAILABLE);
	}

	private static WebEndpointResponse<OperationResponseBody> problem(HttpStatus status, String detail) {
		return new WebEndpointResponse<>(new Problem(status.getReasonPhrase(), status.value(), detail), status.value(),
				MediaType.APPLICATION_PROBLEM_JSON);
	}

	private static @Nullable HttpServletRequest request() {
		return (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes)
				? attributes.getRequest() : null;
	}

	private static boolean hasBody() {
		HttpServletRequest request = request();
		return request != null
				&& (request.getContentLengthLong() > 0 || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null);
	}

	/**
	 * What is done with a record.
	 */
	@FunctionalInterface
	private interface Answer {

		WebEndpointResponse<OperationResponseBody> to(Selection selection, RecordId id) throws WrongCallException;

	}

	/**
	 * Why a call could not be answered (RFC 9457).
	 *
	 * @param title the status in words
	 * @param status the status
	 * @param detail what is wrong and what to do
	 */
	public record Problem(String title, int status, String detail) implements OperationResponseBody {
	}

}
