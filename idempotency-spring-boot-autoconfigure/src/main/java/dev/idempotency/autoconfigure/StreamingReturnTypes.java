package dev.idempotency.autoconfigure;

import java.lang.reflect.Method;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * Recognises handler methods whose response leaves piece by piece, so that it can neither
 * be held back until it is recorded nor be recorded as a whole.
 */
final class StreamingReturnTypes {

	private static final List<Class<?>> STREAMING = List.of(ResponseBodyEmitter.class, StreamingResponseBody.class);

	private StreamingReturnTypes() {
	}

	/**
	 * Refuses a streaming handler method.
	 * @param method the method
	 * @throws IdempotencyConfigurationException if its response is streamed
	 */
	static void refuse(Method method) {
		Class<?> streaming = find(ResolvableType.forMethodReturnType(method));
		if (streaming != null) {
			throw new IdempotencyConfigurationException(
					"The method " + method.getDeclaringClass().getName() + "." + method.getName()
							+ " is annotated with @Idempotent, but streams its response (" + streaming.getName()
							+ "): it could not be recorded before it is sent.",
					"Return the whole response, at once or asynchronously (a CompletionStage, for example), or remove"
							+ " @Idempotent from the method. An operation that produces a stream can be split: an"
							+ " idempotent POST that starts it, and a GET that streams its result.");
		}
	}

	private static @Nullable Class<?> find(ResolvableType type) {
		Class<?> rawClass = type.resolve();
		if (rawClass == null) {
			return null;
		}
		if (isStreaming(rawClass)) {
			return rawClass;
		}
		for (ResolvableType generic : type.getGenerics()) {
			Class<?> streaming = find(generic);
			if (streaming != null) {
				return streaming;
			}
		}
		return null;
	}

	private static boolean isStreaming(Class<?> type) {
		if (STREAMING.stream().anyMatch((streaming) -> streaming.isAssignableFrom(type))) {
			return true;
		}
		ReactiveAdapter adapter = (type != Object.class) ? ReactiveAdapterRegistry.getSharedInstance().getAdapter(type)
				: null;
		return adapter != null && adapter.isMultiValue();
	}

}
