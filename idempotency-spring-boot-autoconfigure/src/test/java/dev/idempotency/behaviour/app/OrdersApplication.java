package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.security.Principal;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * A small application with everything that handlers do.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({ Executions.class, OrderController.class, ErrorAdvice.class, KeyController.class, BodyConfiguration.class,
		WebController.class, AccountController.class, RespondController.class, ReturnTypes.Annotated.class,
		ReturnTypes.Bare.class, FailureController.class, ValidationController.class, ValidationController.Proxied.class,
		RunController.class, AsyncController.class, StampFilter.class })
public class OrdersApplication {

	/** Authenticates whoever names himself in {@code X-User}. */
	@Bean
	FilterRegistrationBean<OncePerRequestFilter> userFilter() {
		FilterRegistrationBean<OncePerRequestFilter> registration = new FilterRegistrationBean<>(new UserFilter());
		registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 100);
		return registration;
	}

	/** A view by its name, without a template engine. */
	@Bean
	ReturnTypes.ReceiptView receipt() {
		return new ReturnTypes.ReceiptView();
	}

	@Bean
	WebMvcConfigurer corsConfigurer() {
		return new WebMvcConfigurer() {

			@Override
			public void addCorsMappings(CorsRegistry registry) {
				registry.addMapping("/**")
					.allowedOrigins("https://one.example", "https://two.example")
					.allowedMethods(CorsConfiguration.ALL)
					.allowedHeaders(CorsConfiguration.ALL);
			}

		};
	}

	/**
	 * Trusts the header.
	 */
	private static final class UserFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			String user = request.getHeader("X-User");
			chain.doFilter((user != null) ? new AuthenticatedRequest(request, user) : request, response);
		}

	}

	/**
	 * A request with a principal.
	 */
	private static final class AuthenticatedRequest extends HttpServletRequestWrapper {

		private final String user;

		AuthenticatedRequest(HttpServletRequest request, String user) {
			super(request);
			this.user = user;
		}

		@Override
		public @Nullable Principal getUserPrincipal() {
			return () -> this.user;
		}

	}

}
