package dev.idempotency.method;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;

import dev.idempotency.IdempotentResultConverter;

/**
 * Converts results with Jackson 3.
 *
 * @since 0.1.0
 */
public final class Jackson3ResultConverter implements IdempotentResultConverter {

	private final ObjectMapper mapper;

	/**
	 * Creates the converter.
	 * @param mapper the application's mapper
	 */
	public Jackson3ResultConverter(ObjectMapper mapper) {
		this.mapper = mapper;
	}

	@Override
	public byte[] write(@Nullable Object result, Type type) {
		return this.mapper.writerFor(type(type)).writeValueAsBytes(result);
	}

	@Override
	public @Nullable Object read(byte[] content, Type type) {
		return this.mapper.readerFor(type(type)).readValue(content);
	}

	private JavaType type(Type type) {
		return this.mapper.getTypeFactory().constructType(type);
	}

}
