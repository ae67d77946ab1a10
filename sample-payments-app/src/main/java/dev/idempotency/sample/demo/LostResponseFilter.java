package dev.idempotency.sample.demo;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

import dev.idempotency.web.IdempotencyFilter;

/**
 * Has a request with the header {@code Demo-Lose-Response: true} handled, and then breaks
 * the connection instead of answering. In front of the filter of idempotency, which takes
 * the response for delivered, as it would when a network loses it.
 * <p>
 * An empty status line and headers are sent, with the promise of one byte that never
 * comes. Without them, browsers take the connection for one that was idle for too long
 * and send the request again by themselves.
 */
@Component
@Order(IdempotencyFilter.ORDER - 1)
final class LostResponseFilter extends OncePerRequestFilter {

	static final String HEADER = "Demo-Lose-Response";

	@Override
	protected boolean shouldNotFilter(HttpServletRequest request) {
		return !"true".equals(request.getHeader(HEADER));
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		chain.doFilter(request, new ContentCachingResponseWrapper(response));
		response.reset();
		response.setHeader(HttpHeaders.CONNECTION, "close");
		response.setContentLength(1);
		response.flushBuffer();
	}

}
