package dev.idempotency.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
 * counts. Of a multipart body the parts count, not the boundary between them; of a form,
 * its parameters in their order. JSON is compared byte by byte, or in canonical form
 * where {@code fingerprint.canonical-json} is set.
 *
 * @since 0.1.0
 */
public final class StandardFingerprintResolver implements IdempotencyFingerprintResolver {

	private static final String BOUNDARY = "boundary";

	@Override
	public void resolve(HttpServletRequest request, HandlerOperation operation, PartsDigest digest)
			throws IOException, ServletException {
		MimeType mediaType = parse(request.getContentType());
		digest.add(request.getMethod()).add(request.getRequestURI()).add(request.getQueryString());
		addMediaType(digest, mediaType, request.getContentType());
		byte[] body = RequestBodies.of(request);
		MultipartHttpServletRequest multipart = RequestBodies.multipart(request);
		if (body != null) {
			addBody(digest, body, mediaType, operation);
		}
		else if (multipart != null) {
			addParts(digest, multipart);
		}
		else {
			digest.add(request.getInputStream().readAllBytes());
		}
		if (RequestBodies.isForm(request.getContentType())) {
			addParameters(digest, request.getParameterMap());
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
	 * Adds a media type with its parameters in one spelling, without the boundary of a
	 * multipart body, which every attempt makes anew.
	 */
	private static void addMediaType(PartsDigest digest, @Nullable MimeType type, @Nullable String text) {
		if (type == null) {
			digest.add(text);
			return;
		}
		digest.add(type.getType() + '/' + type.getSubtype());
		if (!type.getParameters().isEmpty()) {
			Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
			sorted.putAll(type.getParameters());
			sorted.remove(BOUNDARY);
			sorted.forEach((name, value) -> {
				String lowerCase = name.toLowerCase(Locale.ROOT);
				String unquoted = unquote(value);
				digest.add(lowerCase).add(lowerCase.equals("charset") ? unquoted.toLowerCase(Locale.ROOT) : unquoted);
			});
		}
	}

	private static String unquote(String value) {
		return (value.length() > 1 && value.startsWith("\"")) ? value.substring(1, value.length() - 1) : value;
	}

	private static void addBody(PartsDigest digest, byte[] body, @Nullable MimeType mediaType,
			HandlerOperation operation) throws IOException {
		String boundary = (mediaType != null && RequestBodies.isMultipart(mediaType.getType() + '/'))
				? mediaType.getParameter(BOUNDARY) : null;
		if (boundary != null) {
			addSections(digest, body, ("--" + unquote(boundary)).getBytes(StandardCharsets.ISO_8859_1));
		}
		else if (operation.canonicalJson() && isJson(mediaType)) {
			digest.add(CanonicalJson.of(body));
		}
		else {
			digest.add(body);
		}
	}

	/**
	 * Adds what stands between the delimiters of a multipart body.
	 */
	private static void addSections(PartsDigest digest, byte[] body, byte[] delimiter) throws IOException {
		int start = 0;
		for (int i = indexOf(body, delimiter, 0); i != -1; i = indexOf(body, delimiter, start)) {
			digest.add(new ByteArrayInputStream(body, start, i - start), i - start);
			start = i + delimiter.length;
		}
		digest.add(new ByteArrayInputStream(body, start, body.length - start), body.length - start);
	}

	private static int indexOf(byte[] body, byte[] delimiter, int from) {
		for (int i = from; i <= body.length - delimiter.length; i++) {
			if (Arrays.equals(body, i, i + delimiter.length, delimiter, 0, delimiter.length)) {
				return i;
			}
		}
		return -1;
	}

	private static void addParts(PartsDigest digest, MultipartHttpServletRequest request)
			throws IOException, ServletException {
		for (Part part : request.getParts()) {
			digest.add(part.getName()).add(part.getSubmittedFileName());
			addMediaType(digest, parse(part.getContentType()), part.getContentType());
			try (InputStream stream = part.getInputStream()) {
				digest.add(stream, part.getSize());
			}
		}
	}

	private static boolean isJson(@Nullable MimeType mediaType) {
		return mediaType != null
				&& (mediaType.getSubtype().equals("json") || "json".equals(mediaType.getSubtypeSuffix()));
	}

	private static void addParameters(PartsDigest digest, Map<String, String[]> parameters) {
		parameters.forEach((name, values) -> {
			for (String value : values) {
				digest.add(name).add(value);
			}
		});
	}

}
