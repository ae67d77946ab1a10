package dev.idempotency.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import org.jspecify.annotations.Nullable;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.util.WebUtils;

import dev.idempotency.IdempotencyBodyTooLargeException;
import dev.idempotency.repository.Fingerprint;
import dev.idempotency.repository.PartsDigest;

/**
 * Takes what tells a retry from another request under the same key: method, raw path, raw
 * query, media type and body. No other header counts.
 */
final class RequestFingerprint {

	private RequestFingerprint() {
	}

	static Fingerprint of(HttpServletRequest request, IdempotencyRequestWrapper wrapper, HandlerOperation operation)
			throws IOException, ServletException {
		PartsDigest digest = new PartsDigest().add(request.getMethod())
			.add(request.getRequestURI())
			.add(request.getQueryString());
		@Nullable MultipartHttpServletRequest multipart = WebUtils.getNativeRequest(request, MultipartHttpServletRequest.class);
		digest.add(canonicalMediaType(request.getContentType()));
		if (multipart != null) {
			multipart.getMultiFileMap();
			addParts(digest, multipart.getParts(), operation);
		}
		else {
			addBody(digest, request, wrapper, operation);
		}
		return Fingerprint.of(digest.toBytes());
	}

	/**
	 * Returns the media type with its parameters in one spelling, without the boundary of
	 * a multipart body, which every attempt makes anew.
	 */
	private static @Nullable String canonicalMediaType(@Nullable String contentType) {
		if (contentType == null) {
			return null;
		}
		try {
			MimeType type = MimeTypeUtils.parseMimeType(contentType);
			StringBuilder text = new StringBuilder().append(type.getType()).append('/').append(type.getSubtype());
			if (!type.getParameters().isEmpty()) {
				Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
				sorted.putAll(type.getParameters());
				sorted.forEach((name, value) -> appendParameter(text, name, value));
			}
			return text.toString();
		}
		catch (InvalidMimeTypeException ex) {
			return contentType.strip();
		}
	}

	private static void appendParameter(StringBuilder text, String parameterName, String value) {
		String name = parameterName.toLowerCase(Locale.ROOT);
		if (name.equals("boundary")) {
			return;
		}
		String unquoted = value.startsWith("\"") ? value.substring(1, value.length() - 1) : value;
		text.append(';').append(name).append('=');
		text.append(name.equals("charset") ? unquoted.toLowerCase(Locale.ROOT) : unquoted);
	}

	private static void addParts(PartsDigest digest, Collection<Part> parts, HandlerOperation operation)
			throws IOException {
		if (parts.stream().mapToLong(Part::getSize).sum() > operation.maxRequestSize()) {
			throw tooLarge(operation);
		}
		for (Part part : parts) {
			digest.add(part.getName()).add(part.getSubmittedFileName()).add(canonicalMediaType(part.getContentType()));
			try (InputStream stream = part.getInputStream()) {
				digest.add(stream, part.getSize());
			}
		}
	}

	private static void addBody(PartsDigest digest, HttpServletRequest request, IdempotencyRequestWrapper wrapper,
			HandlerOperation operation) {
		byte[] body;
		try {
			body = wrapper.readBody(request, operation.maxRequestSize());
		}
		catch (IOException ex) {
			throw new HttpMessageNotReadableException("The request body could not be read in full", ex,
					new ServletServerHttpRequest(request));
		}
		if (body == null) {
			throw tooLarge(operation);
		}
		digest.add(body);
		if (body.length == 0 && FormBody.isForm(request.getContentType())) {
			addParameters(digest, request.getParameterMap(), operation);
		}
	}

	/**
	 * Adds the parameters of a form post whose body a filter or an interceptor has
	 * already made the container parse.
	 */
	private static void addParameters(PartsDigest digest, Map<String, String[]> parameters,
			HandlerOperation operation) {
		long size = 0;
		for (Map.Entry<String, String[]> parameter : parameters.entrySet()) {
			for (String value : parameter.getValue()) {
				size += parameter.getKey().length() + value.length();
				digest.add(parameter.getKey().getBytes(StandardCharsets.UTF_8)).add(value);
			}
		}
		if (size > operation.maxRequestSize()) {
			throw tooLarge(operation);
		}
	}

	private static IdempotencyBodyTooLargeException tooLarge(HandlerOperation operation) {
		return new IdempotencyBodyTooLargeException(operation.operation().problemTypePrefix(),
				operation.maxRequestSize());
	}

}
