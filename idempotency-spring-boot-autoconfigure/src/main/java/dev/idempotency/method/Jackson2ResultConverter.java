package dev.idempotency.method;

import java.io.IOException;
import java.lang.reflect.Type;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

import dev.idempotency.IdempotentResultConverter;

/**
 * Converts results with Jackson 2.
 *
 * @since 0.1.0
 */
public final class Jackson2ResultConverter implements IdempotentResultConverter {

	private final ObjectMapper mapper;

	/**
	 * Creates the converter.
	 * @param mapper the application's mapper
	 */
	public Jackson2ResultConverter(ObjectMapper mapper) {
		this.mapper = mapper;
	}

	@Override
	public byte[] write(@Nullable Object result, Type type) throws IOException {
		return this.mapper.writerFor(type(type)).writeValueAsBytes(result);
	}

	@Override
	public @Nullable Object read(byte[] content, Type type) throws IOException {
		return this.mapper.readerFor(type(type)).readValue(content);
	}

	private JavaType type(Type type) {
		return this.mapper.getTypeFactory().constructType(type);
	}

}
