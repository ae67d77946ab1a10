package dev.idempotency.web;

import java.io.IOException;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import org.jspecify.annotations.Nullable;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.util.WebUtils;

import dev.idempotency.IdempotencyBodyTooLargeException;

/**
 * Makes sure that the body of a keyed request is all there, and no larger than allowed,
 * before anyone looks at it.
 */
final class RequestBodies {

	private static final String MULTIPART = "multipart/";

	private RequestBodies() {
	}

	/**
	 * Reads the body, or has the parts of a multipart body read.
	 * @param request the request as the handler will see it
	 * @param wrapper our wrapper somewhere in it
	 * @param operation the operation
	 * @throws IdempotencyBodyTooLargeException if the body is larger than allowed
	 * @throws HttpMessageNotReadableException if the body was cut short
	 * @throws IOException if a part cannot be read
	 * @throws ServletException if the parts of a multipart body cannot be read
	 */
	static void prepare(HttpServletRequest request, IdempotencyRequestWrapper wrapper, HandlerOperation operation)
			throws IOException, ServletException {
		MultipartHttpServletRequest multipart = multipart(request);
		if (multipart != null) {
			multipart.getMultiFileMap();
			check(multipart.getParts().stream().mapToLong(Part::getSize).sum(), operation);
			return;
		}
		try {
			if (!wrapper.readBody(request, operation.maxRequestSize())) {
				throw tooLarge(operation);
			}
		}
		catch (IOException ex) {
			throw unreadable(request, ex);
		}
		if (FormBody.isForm(request.getContentType())) {
			check(FormBody.size(request.getParameterMap()), operation);
		}
	}

	/**
	 * Returns the multipart request that Spring made of a request.
	 * @param request the request as the handler will see it
	 * @return the multipart request, {@code null} if it is none
	 */
	static @Nullable MultipartHttpServletRequest multipart(HttpServletRequest request) {
		String contentType = request.getContentType();
		// To look through the wrappers for an interface that none has takes longer
		return (contentType != null && contentType.regionMatches(true, 0, MULTIPART, 0, MULTIPART.length()))
				? WebUtils.getNativeRequest(request, MultipartHttpServletRequest.class) : null;
	}

	/**
	 * Returns the body of a prepared request.
	 * @param request the request as the handler will see it
	 * @return the body, not to be changed
	 * @throws IOException if the request was not prepared, and cannot be read
	 */
	static byte[] of(HttpServletRequest request) throws IOException {
		IdempotencyRequestWrapper wrapper = WebUtils.getNativeRequest(request, IdempotencyRequestWrapper.class);
		byte[] body = (wrapper != null) ? wrapper.content() : null;
		return (body != null) ? body : request.getInputStream().readAllBytes();
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
