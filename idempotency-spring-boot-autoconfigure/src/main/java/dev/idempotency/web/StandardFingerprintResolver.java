package dev.idempotency.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import org.jspecify.annotations.Nullable;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.multipart.MultipartHttpServletRequest;

import dev.idempotency.repository.PartsDigest;

/**
 * Compares requests by method, raw path, raw query, media type and body. No other header
 * counts. Of a multipart body the parts count, not the boundary between them. JSON is
 * compared byte by byte, or in canonical form where {@code fingerprint.canonical-json} is
 * set.
 *
 * @since 0.1.0
 */
public final class StandardFingerprintResolver implements IdempotencyFingerprintResolver {

	@Override
	public void resolve(HttpServletRequest request, HandlerOperation operation, PartsDigest digest)
			throws IOException, ServletException {
		MimeType mediaType = parse(request.getContentType());
		digest.add(request.getMethod()).add(request.getRequestURI()).add(request.getQueryString());
		digest.add((mediaType != null) ? canonical(mediaType) : request.getContentType());
		MultipartHttpServletRequest multipart = RequestBodies.multipart(request);
		if (multipart != null) {
			addParts(digest, multipart);
		}
		else {
			addBody(digest, request, operation.canonicalJson() && isJson(mediaType));
		}
	}

	private static @Nullable MimeType parse(@Nullable String contentType) {
		if (contentType == null) {
			return null;
		}
		try {
			return MimeTypeUtils.parseMimeType(contentType);
		}
		catch (InvalidMimeTypeException ex) {
			return null;
		}
	}

	/**
	 * Returns a media type with its parameters in one spelling, without the boundary of a
	 * multipart body, which every attempt makes anew.
	 */
	private static String canonical(MimeType type) {
		StringBuilder text = new StringBuilder().append(type.getType()).append('/').append(type.getSubtype());
		if (!type.getParameters().isEmpty()) {
			Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
			sorted.putAll(type.getParameters());
			sorted.forEach((name, value) -> appendParameter(text, name, value));
		}
		return text.toString();
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

	private static void addParts(PartsDigest digest, MultipartHttpServletRequest request)
			throws IOException, ServletException {
		for (Part part : request.getParts()) {
			MimeType mediaType = parse(part.getContentType());
			digest.add(part.getName())
				.add(part.getSubmittedFileName())
				.add((mediaType != null) ? canonical(mediaType) : part.getContentType());
			try (InputStream stream = part.getInputStream()) {
				digest.add(stream, part.getSize());
			}
		}
	}

	private void addBody(PartsDigest digest, HttpServletRequest request, boolean canonicalJson) throws IOException {
		byte[] body = RequestBodies.of(request);
		digest.add(canonicalJson ? CanonicalJson.of(body) : body);
		if (body.length == 0 && FormBody.isForm(request.getContentType())) {
			addParameters(digest, request.getParameterMap());
		}
	}

	private static boolean isJson(@Nullable MimeType mediaType) {
		return mediaType != null
				&& (mediaType.getSubtype().equals("json") || "json".equals(mediaType.getSubtypeSuffix()));
	}

	/**
	 * Adds the parameters of a form post whose body a filter or an interceptor has
	 * already made the container parse.
	 */
	private static void addParameters(PartsDigest digest, Map<String, String[]> parameters) {
		parameters.forEach((name, values) -> {
			for (String value : values) {
				digest.add(name).add(value);
			}
		});
	}

}
