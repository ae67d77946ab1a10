package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.util.UUID;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Sets a header of its own on the response, the one that the request names in
 * {@code X-Stamp}, as filters for security or tracing do.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 200)
public class StampFilter extends OncePerRequestFilter {

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		String name = request.getHeader("X-Stamp");
		if (name != null) {
			response.setHeader(name, "stamp-" + UUID.randomUUID());
		}
		chain.doFilter(request, response);
	}

}
