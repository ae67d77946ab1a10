package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingRequestWrapper;

/**
 * Handlers that read bodies, and filters that read them before.
 */
@Configuration(proxyBeanMethods = false)
@Import({ BodyController.Annotated.class, BodyController.Plain.class, DocumentController.class })
public class BodyConfiguration {

	/** What the header of this name says is read before the library sees the request. */
	public static final String READ_BEFORE = "X-Read-Before";

	/**
	 * What the header of this name says is read between the library's filter and the
	 * handler.
	 */
	public static final String READ_BETWEEN = "X-Read-Between";

	@Bean
	EndedRequests endedRequests() {
		return new EndedRequests();
	}

	@Bean
	FilterRegistrationBean<EndFilter> endFilter(EndedRequests endedRequests) {
		return registration(new EndFilter(endedRequests), Ordered.HIGHEST_PRECEDENCE + 1);
	}

	@Bean
	FilterRegistrationBean<ReadingFilter> readingBeforeFilter() {
		return registration(new ReadingFilter(READ_BEFORE), -1000);
	}

	@Bean
	FilterRegistrationBean<ReadingFilter> readingBetweenFilter() {
		return registration(new ReadingFilter(READ_BETWEEN), 1000);
	}

	private static <T extends OncePerRequestFilter> FilterRegistrationBean<T> registration(T filter, int order) {
		FilterRegistrationBean<T> registration = new FilterRegistrationBean<>(filter);
		registration.setName(filter.getClass().getSimpleName() + order);
		registration.setOrder(order);
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

	/**
	 * Notes when a request is through, its client there or not.
	 */
	private static final class EndFilter extends OncePerRequestFilter {

		private final EndedRequests endedRequests;

		EndFilter(EndedRequests endedRequests) {
			this.endedRequests = endedRequests;
		}

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			String name = String.valueOf(request.getHeader("X-Case"));
			try {
				chain.doFilter(request, response);
			}
			finally {
				this.endedRequests.ended(name);
			}
		}

	}

	/**
	 * Reads of a request what its header asks for: a parameter, as
	 * {@code HiddenHttpMethodFilter} and CSRF protection do, its parts, or its body,
	 * which it then gives once more, or replaces by one of another length.
	 */
	private static final class ReadingFilter extends OncePerRequestFilter {

		private final String headerName;

		ReadingFilter(String headerName) {
			this.headerName = headerName;
		}

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			chain.doFilter(read(request, String.valueOf(request.getHeader(this.headerName))), response);
		}

		private static HttpServletRequest read(HttpServletRequest request, String what)
				throws ServletException, IOException {
			if (what.equals("parameter")) {
				request.getParameter("_method");
			}
			else if (what.equals("parts")) {
				request.getParts();
			}
			else if (what.equals("cache")) {
				return new ContentCachingRequestWrapper(request, Integer.MAX_VALUE);
			}
			else if (what.equals("body")) {
				return new RepeatedBodyRequest(request, request.getInputStream().readAllBytes());
			}
			else if (what.startsWith("replace ")) {
				request.getInputStream().readAllBytes();
				int length = Integer.parseInt(what.substring("replace ".length()));
				return new RepeatedBodyRequest(request, "x".repeat(length).getBytes(StandardCharsets.US_ASCII));
			}
			return request;
		}

		@Override
		protected String getAlreadyFilteredAttributeName() {
			return super.getAlreadyFilteredAttributeName() + this.headerName;
		}

	}

}
