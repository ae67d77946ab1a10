package dev.idempotency.behaviour.app;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.MultipartConfigElement;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.embedded.jetty.JettyServletWebServerFactory;
import org.springframework.boot.web.embedded.undertow.UndertowServletWebServerFactory;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.session.MapSessionRepository;
import org.springframework.session.config.annotation.web.http.EnableSpringHttpSession;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.view.InternalResourceViewResolver;

/**
 * The application, each time with something else around it.
 */
public final class Surroundings {

	private static final String SECOND = "/second/*";

	private Surroundings() {
	}

	private static ServletRegistrationBean<DispatcherServlet> second(WebApplicationContext context) {
		ServletRegistrationBean<DispatcherServlet> registration = new ServletRegistrationBean<>(
				new DispatcherServlet(context), SECOND);
		registration.setName("second");
		registration.setMultipartConfig(new MultipartConfigElement(""));
		return registration;
	}

	private static FilterRegistrationBean<ShallowEtagHeaderFilter> etagFilter(int order) {
		FilterRegistrationBean<ShallowEtagHeaderFilter> registration = new FilterRegistrationBean<>(
				new ShallowEtagHeaderFilter());
		registration.setOrder(order);
		return registration;
	}

	/**
	 * On Jetty.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	public static class OnJetty {

		@Bean
		JettyServletWebServerFactory webServerFactory() {
			return new JettyServletWebServerFactory();
		}

	}

	/**
	 * On Undertow.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	public static class OnUndertow {

		@Bean
		UndertowServletWebServerFactory webServerFactory() {
			return new UndertowServletWebServerFactory();
		}

	}

	/**
	 * With a filter between the library's and the handler that holds back the response by
	 * itself.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	public static class EtagFilterWithin {

		@Bean
		FilterRegistrationBean<ShallowEtagHeaderFilter> shallowEtagFilter() {
			return etagFilter(Ordered.LOWEST_PRECEDENCE);
		}

	}

	/**
	 * With such a filter before the library's.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	public static class EtagFilterAround {

		@Bean
		FilterRegistrationBean<ShallowEtagHeaderFilter> shallowEtagFilter() {
			return etagFilter(Ordered.HIGHEST_PRECEDENCE + 50);
		}

	}

	/**
	 * With Spring Security.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	public static class Secured {

		@Bean
		SecurityFilterChain securityFilterChain(HttpSecurity http) throws Exception {
			return http.csrf(AbstractHttpConfigurer::disable)
				.httpBasic(Customizer.withDefaults())
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.build();
		}

		@Bean
		PasswordEncoder passwordEncoder() {
			return SecuredApplication.PASSWORDS;
		}

		@Bean
		InMemoryUserDetailsManager users(PasswordEncoder passwords) {
			return new InMemoryUserDetailsManager(
					User.withUsername("ada").password(passwords.encode("secret")).build());
		}

	}

	/**
	 * With Spring Session.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableSpringHttpSession
	@Import({ OrdersApplication.class, BasketController.class })
	public static class WithSessions {

		@Bean
		MapSessionRepository sessionRepository() {
			return new MapSessionRepository(new ConcurrentHashMap<>());
		}

	}

	/**
	 * With JPA, whose session is open until the response is written.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import({ OrdersApplication.class, ShipmentController.class, ShipmentController.Shipments.class })
	public static class WithJpa {

	}

	/**
	 * With a second dispatcher servlet that shares the context of the first one.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	public static class SecondServlet {

		@Bean
		ServletRegistrationBean<DispatcherServlet> secondServlet(WebApplicationContext context) {
			return second(context);
		}

	}

	/**
	 * With a second dispatcher servlet that has a context and all the handlers for
	 * itself.
	 */
	@SpringBootConfiguration
	@EnableAutoConfiguration
	@Import({ Executions.class, ErrorAdvice.class })
	public static class SecondContext {

		@Bean
		ServletRegistrationBean<DispatcherServlet> secondServlet(ApplicationContext parent) {
			AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
			context.setParent(parent);
			context.register(Handlers.class);
			return second(context);
		}

		@Bean
		ReturnTypes.ReceiptView receipt() {
			return new ReturnTypes.ReceiptView();
		}

	}

	/**
	 * What that context consists of. Within the configuration above it would be a part of
	 * it.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableWebMvc
	@Import({ OrderController.class, KeyController.class, BodyController.Annotated.class, BodyController.Plain.class,
			DocumentController.class, ReturnTypes.Annotated.class, ReturnTypes.Bare.class, FailureController.class,
			ValidationController.class, RunController.class, AsyncController.class })
	static class Handlers {

		@Bean
		InternalResourceViewResolver viewResolver() {
			return new InternalResourceViewResolver();
		}

	}

	/**
	 * With an advice that answers all of Spring's exceptions and the application's own
	 * failures, and another one that has a hand in every body.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import({ OrdersApplication.class, FailureAdvice.class, BodyAdvice.class })
	public static class SecondAdvice {

	}

	/**
	 * Answers failures.
	 */
	@RestControllerAdvice
	static final class FailureAdvice extends ResponseEntityExceptionHandler {

		@ExceptionHandler
		ProblemDetail failure(IllegalStateException exception) {
			return ProblemDetail.forStatus(HttpStatus.INTERNAL_SERVER_ERROR);
		}

	}

	/**
	 * Adds a header to, and an entry into whatever is written as an object.
	 */
	@RestControllerAdvice
	static final class BodyAdvice implements ResponseBodyAdvice<Object> {

		@Override
		public boolean supports(MethodParameter returnType, Class<? extends HttpMessageConverter<?>> converterType) {
			return returnType.getDeclaringClass() == OrderController.class;
		}

		@Override
		public @Nullable Object beforeBodyWrite(@Nullable Object body, MethodParameter returnType,
				MediaType contentType, Class<? extends HttpMessageConverter<?>> converterType,
				ServerHttpRequest request, ServerHttpResponse response) {
			response.getHeaders().set("X-Advised", String.valueOf(System.nanoTime()));
			return (body instanceof Map<?, ?> map) ? Map.of("order", map) : body;
		}

	}

}
