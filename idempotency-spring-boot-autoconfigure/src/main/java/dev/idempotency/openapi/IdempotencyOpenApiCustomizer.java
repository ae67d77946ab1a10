package dev.idempotency.openapi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springdoc.core.customizers.GlobalOperationCustomizer;
import org.springframework.web.method.HandlerMethod;

import dev.idempotency.web.HandlerOperation;
import dev.idempotency.web.IdempotencyInterceptor;
import dev.idempotency.web.IdempotentOperations;

/**
 * Adds to the OpenAPI document what idempotent operations expect and answer: the header
 * with the key, the refusals, the header of replays.
 * <p>
 * Only where the handler method of an operation is at hand, its HTTP method is not. So
 * each operation is marked with what its handler methods are, and described when the
 * whole document is there, with everything that the application documents itself.
 *
 * @since 0.1.0
 */
public final class IdempotencyOpenApiCustomizer implements GlobalOperationCustomizer, GlobalOpenApiCustomizer {

	/** Extension of an operation, until the document is complete. */
	private static final String MARK = "x-idempotency";

	private final IdempotentOperations operations;

	private final boolean keyInHeader;

	/**
	 * Creates the customizer.
	 * @param operations the operations of the application
	 * @param keyInHeader whether the key is in the configured header, and not where the
	 * application decides
	 */
	public IdempotencyOpenApiCustomizer(IdempotentOperations operations, boolean keyInHeader) {
		this.operations = operations;
		this.keyInHeader = keyInHeader;
	}

	@Override
	public Operation customize(Operation operation, HandlerMethod handlerMethod) {
		Mark mark = mark(operation);
		if (mark == null) {
			mark = new Mark(new ArrayList<>());
			operation.addExtension(MARK, mark);
		}
		mark.handlers().add(handlerMethod);
		return operation;
	}

	@Override
	public void customise(OpenAPI openApi) {
		if (openApi.getPaths() != null) {
			openApi.getPaths().values().forEach((path) -> customise(path, openApi));
		}
	}

	private void customise(PathItem path, OpenAPI openApi) {
		path.readOperationsMap().forEach((method, operation) -> {
			Mark mark = mark(operation);
			if (mark != null) {
				unmark(operation);
				if (!IdempotencyInterceptor.isUntouched(method.name())) {
					describe(operation, path, openApi, mark.handlers());
				}
			}
		});
	}

	private void describe(Operation operation, PathItem path, OpenAPI openApi, List<HandlerMethod> handlers) {
		List<HandlerOperation> idempotent = new ArrayList<>();
		for (HandlerMethod handler : handlers) {
			HandlerOperation found = this.operations.find(handler);
			if (found != null) {
				idempotent.add(found);
			}
		}
		if (!idempotent.isEmpty()) {
			describe(operation, path, components(openApi), idempotent, idempotent.size() == handlers.size());
		}
	}

	/**
	 * Describes an operation of the document.
	 * @param operation the operation
	 * @param path its path
	 * @param components the components of the document
	 * @param handlers the idempotent ones of its handler methods, which may differ in
	 * what they consume
	 * @param all whether these are all of them
	 */
	private void describe(Operation operation, PathItem path, Components components, List<HandlerOperation> handlers,
			boolean all) {
		if (this.keyInHeader) {
			KeyHeader.of(handlers, all).forEach((header) -> header.addTo(operation, path, components));
		}
		Responses responses = new Responses(operation, components);
		responses.addReplayHeaders(handlers);
		responses.addRefusals(handlers);
	}

	private static Components components(OpenAPI openApi) {
		if (openApi.getComponents() == null) {
			openApi.setComponents(new Components());
		}
		return openApi.getComponents();
	}

	private static @Nullable Mark mark(Operation operation) {
		Map<String, Object> extensions = operation.getExtensions();
		return (extensions != null && extensions.get(MARK) instanceof Mark mark) ? mark : null;
	}

	private static void unmark(Operation operation) {
		operation.getExtensions().remove(MARK);
		if (operation.getExtensions().isEmpty()) {
			operation.setExtensions(null);
		}
	}

	/**
	 * What an operation is marked with.
	 *
	 * @param handlers its handler methods. Whether they are idempotent is not asked
	 * before the HTTP method is known: those of safe methods have no settings
	 */
	private record Mark(List<HandlerMethod> handlers) {
	}

}
