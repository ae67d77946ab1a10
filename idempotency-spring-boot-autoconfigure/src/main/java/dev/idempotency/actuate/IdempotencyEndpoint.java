package dev.idempotency.actuate;

import java.security.Principal;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.lang.Nullable;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.actuate.RecordSelector.Selection;
import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.repository.IdempotencyRecord;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordId;
import dev.idempotency.repository.RecordedResponse;
import dev.idempotency.repository.UnreadableRecordException;

/**
 * Shows the operations, shows the record of one key, and frees a key. An endpoint of the
 * web only: a key is freed by somebody who can be named.
 *
 * @since 0.1.0
 */
@WebEndpoint(id = "idempotency")
@RegisterReflectionForBinding({ IdempotencyOverview.class, RecordDescription.class, IdempotencyEndpoint.Problem.class })
public final class IdempotencyEndpoint {

	private static final Logger logger = LoggerFactory.getLogger(IdempotencyEndpoint.class);

	private static final String UNKNOWN = "There is no record for this key in this scope. The scope is the name of the"
			+ " principal, or what the application's IdempotencyScopeResolver returns; without principal it is empty."
			+ " A transactional operation has no record while it runs.";

	private static final String UNREADABLE = "There is a record, but it cannot be read. DELETE frees its key.";

	private static final String UNAVAILABLE = "The repository did not answer.";

	private final IdempotencyRepository repository;

	private final IdempotencyEngine engine;

	private final RecordSelector selector;

	private final Supplier<IdempotencyOverview> overview;

	/**
	 * Creates the endpoint.
	 * @param repository the store of records
	 * @param engine reads recorded responses
	 * @param namespace what separates applications on one repository
	 * @param keys reads a key in the forms in which clients send it
	 * @param overview describes the operations
	 */
	public IdempotencyEndpoint(IdempotencyRepository repository, IdempotencyEngine engine, String namespace,
			Function<String, IdempotencyKey> keys, Supplier<IdempotencyOverview> overview) {
		this.repository = repository;
		this.engine = engine;
		this.selector = new RecordSelector(namespace, keys);
		this.overview = overview;
	}

	/**
	 * Describes the operations, or the record of a key. The parameters are objects,
	 * because as texts repeated ones would arrive joined to one.
	 * @param key the key, {@code null} for the operations
	 * @param scope whose key it is
	 * @return an {@link IdempotencyOverview}, a {@link RecordDescription} or a
	 * {@link Problem}
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> read(@Nullable Object key, @Nullable Object scope) {
		try {
			Selection selection = this.selector.select(key, scope, query());
			return (selection != null) ? describe(selection) : new WebEndpointResponse<>(this.overview.get());
		}
		catch (WrongCallException ex) {
			return problem(HttpStatus.BAD_REQUEST, String.valueOf(ex.getMessage()));
		}
	}

	private WebEndpointResponse<OperationResponseBody> describe(Selection selection) {
		try {
			Optional<IdempotencyRecord> record = this.repository.find(selection.id());
			if (record.isEmpty()) {
				return problem(HttpStatus.NOT_FOUND, UNKNOWN);
			}
			RecordedResponse response = record.get().response();
			OptionalInt bodySize = (response != null) ? this.engine.bodySize(selection.id(), response)
					: OptionalInt.empty();
			return new WebEndpointResponse<>(RecordDescription.of(selection.scope(), record.get(), bodySize));
		}
		catch (IdempotencyRepositoryException ex) {
			return unavailable(selection.id(), ex);
		}
	}

	/**
	 * Deletes the record of a key, so that the next request with it runs, whatever became
	 * of the one before.
	 * @param securityContext tells who does it
	 * @param key the key
	 * @param scope whose key it is
	 * @return nothing, or a {@link Problem}
	 */
	@DeleteOperation
	public WebEndpointResponse<OperationResponseBody> delete(SecurityContext securityContext, @Nullable Object key,
			@Nullable Object scope) {
		try {
			Selection selection = this.selector.select(key, scope, query());
			if (selection == null) {
				throw RecordSelector.missingKey();
			}
			return free(selection.id(), securityContext.getPrincipal());
		}
		catch (WrongCallException ex) {
			return problem(HttpStatus.BAD_REQUEST, String.valueOf(ex.getMessage()));
		}
	}

	private WebEndpointResponse<OperationResponseBody> free(RecordId id, @Nullable Principal principal) {
		try {
			String description = describe(id);
			if (!this.repository.delete(id)) {
				return problem(HttpStatus.NOT_FOUND, UNKNOWN);
			}
			logger.warn("Record {} ({}) was deleted through Actuator by {}; its key is free", id, description,
					name(principal));
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
		}
		catch (IdempotencyRepositoryException ex) {
			return unavailable(id, ex);
		}
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
		logger.warn("Could not look up or delete record {}: {} ({})", id, failure.getMessage(),
				String.valueOf(failure.getCause()));
		return problem(HttpStatus.SERVICE_UNAVAILABLE,
				(failure instanceof UnreadableRecordException) ? UNREADABLE : UNAVAILABLE);
	}

	private static WebEndpointResponse<OperationResponseBody> problem(HttpStatus status, String detail) {
		return new WebEndpointResponse<>(new Problem(status.getReasonPhrase(), status.value(), detail), status.value(),
				MediaType.APPLICATION_PROBLEM_JSON);
	}

	private static @Nullable String query() {
		return (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes)
				? attributes.getRequest().getQueryString() : null;
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
