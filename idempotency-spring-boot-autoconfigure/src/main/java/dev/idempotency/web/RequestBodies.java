package dev.idempotency.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.List;
import java.util.Map;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.multipart.support.AbstractMultipartHttpServletRequest;
import org.springframework.web.util.WebUtils;

import dev.idempotency.IdempotencyBodyTooLargeException;

/**
 * Makes sure that the body of a keyed request is all there, and no larger than allowed,
 * before anyone looks at it: as parameters or parts, made by the container, where its
 * handler wants those, and as bytes otherwise.
 */
final class RequestBodies {

	private static final String MULTIPART = "multipart/";

	/**
	 * Attribute by which Tomcat 10.1 tells that it has left parameters out, of a body
	 * that was cut short for example.
	 */
	private static final String TOMCAT_FAILURE = "org.apache.catalina.parameter_parse_failed_reason";

	private static final List<String> TOMCAT_CUT_SHORT = List.of("CLIENT_DISCONNECT", "IO_ERROR",
			"REQUEST_BODY_INCOMPLETE");

	private RequestBodies() {
	}

	/**
	 * Reads the body.
	 * @param request the request as the handler will see it
	 * @param wrapper our wrapper somewhere in it
	 * @param handler the handler
	 * @param observers know the converters by which handlers read bodies
	 * @param operation the operation
	 * @throws IdempotencyBodyTooLargeException if the body is larger than allowed
	 * @throws HttpMessageNotReadableException if the body was cut short
	 * @throws IOException if a part cannot be read
	 * @throws ServletException if the parts of a multipart body cannot be read
	 */
	static void prepare(HttpServletRequest request, IdempotencyRequestWrapper wrapper, HandlerMethod handler,
			HandlerObservers observers, HandlerOperation operation) throws IOException, ServletException {
		int limit = operation.maxRequestSize();
		if (request.getContentLengthLong() > limit) {
			throw tooLarge(operation);
		}
		MultipartHttpServletRequest multipart = parts(request, handler);
		if (multipart != null) {
			boolean lazy = isUnresolved(multipart);
			multipart.getMultiFileMap();
			if (lazy && takesRequest(handler)) {
				wrapper.body().parsed();
			}
			check(multipart.getParts().stream().mapToLong(Part::getSize).sum(), operation);
			return;
		}
		try {
			if (isForm(request.getContentType()) && wantsForm(request, handler, observers)) {
				check(size(request.getParameterMap()), operation);
				refuseCutShort(request);
				if (takesRequest(handler)) {
					wrapper.body().parsed();
				}
			}
			if (!wrapper.body().read(limit)) {
				throw tooLarge(operation);
			}
		}
		catch (IOException ex) {
			throw unreadable(request, ex);
		}
	}

	/**
	 * Returns whether a body consists of the parameters of a form, for the container.
	 * @param contentType its content type
	 * @return whether it does
	 */
	static boolean isForm(@Nullable String contentType) {
		if (contentType == null) {
			return false;
		}
		int end = contentType.indexOf(';');
		String type = (end != -1) ? contentType.substring(0, end) : contentType;
		return type.strip().equalsIgnoreCase(MediaType.APPLICATION_FORM_URLENCODED_VALUE);
	}

	/**
	 * Returns whether a handler asks the container for the parameters of a form, by an
	 * argument, the request, or a converter, for which Spring makes a body of them.
	 */
	private static boolean wantsForm(HttpServletRequest request, HandlerMethod handler, HandlerObservers observers) {
		if (takesStream(handler)) {
			return false;
		}
		MethodParameter body = body(handler);
		if (body == null) {
			return true;
		}
		if (!HttpMethod.POST.matches(request.getMethod()) || request.getQueryString() != null) {
			return false;
		}
		Class<?> type = HttpEntity.class.isAssignableFrom(body.getParameterType())
				? body.nested().getNestedParameterType() : body.getParameterType();
		for (HttpMessageConverter<?> converter : observers.converters(request)) {
			if (converter.canRead(type, MediaType.APPLICATION_FORM_URLENCODED)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isUnresolved(@Nullable MultipartHttpServletRequest multipart) {
		return multipart instanceof AbstractMultipartHttpServletRequest lazy && !lazy.isResolved();
	}

	private static boolean takesRequest(HandlerMethod handler) {
		return takes(handler, ServletRequest.class, WebRequest.class);
	}

	private static boolean takesStream(HandlerMethod handler) {
		return takes(handler, InputStream.class, Reader.class);
	}

	private static boolean takes(HandlerMethod handler, Class<?> type, Class<?> otherType) {
		for (MethodParameter parameter : handler.getMethodParameters()) {
			Class<?> declared = parameter.getParameterType();
			if (type.isAssignableFrom(declared) || otherType.isAssignableFrom(declared)) {
				return true;
			}
		}
		return false;
	}

	private static @Nullable MethodParameter body(HandlerMethod handler) {
		for (MethodParameter parameter : handler.getMethodParameters()) {
			if (HttpEntity.class.isAssignableFrom(parameter.getParameterType())
					|| parameter.hasParameterAnnotation(org.springframework.web.bind.annotation.RequestBody.class)) {
				return parameter;
			}
		}
		return null;
	}

	private static void refuseCutShort(HttpServletRequest request) throws IOException {
		Object failure = request.getAttribute(TOMCAT_FAILURE);
		if (failure != null && TOMCAT_CUT_SHORT.contains(failure.toString())) {
			throw new IOException("The form was cut short: " + failure);
		}
	}

	private static long size(Map<String, String[]> parameters) {
		long size = 0;
		for (Map.Entry<String, String[]> parameter : parameters.entrySet()) {
			for (String value : parameter.getValue()) {
				size += parameter.getKey().length() + value.length();
			}
		}
		return size;
	}

	/**
	 * Returns the multipart request that Spring made of a request, if its parts are read
	 * already or its handler will ask for them.
	 */
	private static @Nullable MultipartHttpServletRequest parts(HttpServletRequest request, HandlerMethod handler) {
		MultipartHttpServletRequest multipart = multipart(request);
		if (isUnresolved(multipart) && (takesStream(handler) || body(handler) != null)) {
			return null;
		}
		return multipart;
	}

	/**
	 * Returns the multipart request that Spring made of a request.
	 * @param request the request as the handler will see it
	 * @return the multipart request, {@code null} if it is none
	 */
	static @Nullable MultipartHttpServletRequest multipart(HttpServletRequest request) {
		// To look through the wrappers for an interface that none has takes longer
		return isMultipart(request.getContentType())
				? WebUtils.getNativeRequest(request, MultipartHttpServletRequest.class) : null;
	}

	static boolean isMultipart(@Nullable String contentType) {
		return contentType != null && contentType.regionMatches(true, 0, MULTIPART, 0, MULTIPART.length());
	}

	/**
	 * Returns the bytes of the body of a prepared request.
	 * @param request the request as the handler will see it
	 * @return the body, not to be changed, {@code null} if it was read as parts
	 */
	static byte @Nullable [] of(HttpServletRequest request) {
		IdempotencyRequestWrapper wrapper = WebUtils.getNativeRequest(request, IdempotencyRequestWrapper.class);
		return (wrapper != null) ? wrapper.body().content() : null;
	}

	/**
	 * Returns the failure of a request whose body cannot be read, which is the client's.
	 * @param request the request
	 * @param cause what went wrong
	 * @return the failure, answered with status 400
	 */
	static HttpMessageNotReadableException unreadable(HttpServletRequest request, IOException cause) {
		return new HttpMessageNotReadableException("The request body could not be read", cause,
				new ServletServerHttpRequest(request));
	}

	private static void check(long size, HandlerOperation operation) {
		if (size > operation.maxRequestSize()) {
			throw tooLarge(operation);
		}
	}

	private static IdempotencyBodyTooLargeException tooLarge(HandlerOperation operation) {
		return new IdempotencyBodyTooLargeException(operation.operation().problemTypePrefix(),
				operation.maxRequestSize());
	}

}
