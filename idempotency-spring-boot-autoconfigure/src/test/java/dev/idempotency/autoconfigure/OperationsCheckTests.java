package dev.idempotency.autoconfigure;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.data.rest.RepositoryRestMvcAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcRegistrations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.rest.webmvc.BasePathAwareController;
import org.springframework.data.rest.webmvc.RepositoryRestController;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.annotation.RequestScope;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurationSupport;
import org.springframework.web.servlet.handler.MappedInterceptor;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import dev.idempotency.Idempotent;
import dev.idempotency.web.IdempotencyInterceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link OperationsCheck}: which handler methods are operations, and that none
 * of them is left unprotected.
 */
@ExtendWith(OutputCaptureExtension.class)
class OperationsCheckTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DispatcherServletAutoConfiguration.class,
				WebMvcAutoConfiguration.class, IdempotencyAutoConfiguration.class))
		.withPropertyValues("idempotency.repository=memory");

	@ParameterizedTest
	@ValueSource(classes = { WithoutWebMvcConfigurers.class, EarlyMapping.class, EarlyMappingInProxy.class,
			ComposedMapping.class, InterceptorOfSomePaths.class, InterceptorOfMostPaths.class })
	@DisplayName("1.9 a mapping that our interceptor does not serve stops the start, and the analysis names method and mapping")
	void refusesAMappingThatIsNotServed(Class<?> application) {
		this.runner.withUserConfiguration(application).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains(Payments.class.getName() + ".create", "unprotected",
					(application != WithoutWebMvcConfigurers.class) ? "'earlyMapping'"
							: "'requestMappingHandlerMapping'");
			assertThat(analysis.getAction()).contains("IdempotencyInterceptor");
		});
	}

	@Test
	@DisplayName("1.9 who replaces the configuration of Spring MVC is told how to keep its configurers")
	void namesTheConfigurationThatReplacesSpringMvc() {
		this.runner.withUserConfiguration(WithoutWebMvcConfigurers.class)
			.run((context) -> assertThat(analysis(context).getAction())
				.contains(WithoutWebMvcConfigurers.class.getName(), "implements WebMvcConfigurer", "addInterceptors"));
	}

	@ParameterizedTest
	@ValueSource(classes = { Reports.class, BasePathReports.class })
	@DisplayName("1.9 a controller of Spring Data REST stops the start, and the analysis says what it should be")
	void refusesControllersOfSpringDataRest(Class<?> controller) {
		this.runner
			.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class,
					HttpMessageConvertersAutoConfiguration.class, RepositoryRestMvcAutoConfiguration.class))
			.withUserConfiguration(controller)
			.run((context) -> {
				FailureAnalysis analysis = analysis(context);
				assertThat(analysis.getDescription()).contains(controller.getName() + ".create", "'restHandlerMapping'",
						"unprotected");
				assertThat(analysis.getAction()).contains("@RestController");
			});
	}

	@Test
	@DisplayName("1.9 a handler that no known mapping maps stops the start")
	void refusesAHandlerThatNoKnownMappingMaps() {
		this.runner.withUserConfiguration(HiddenMapping.class).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains(Payments.class.getName() + ".create", "'payments'");
			assertThat(analysis.getAction()).contains("IdempotencyInterceptor", "remove @Idempotent");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { AnnotatedRequestHandler.class, AnnotatedHandlerMethod.class })
	@DisplayName("1.9 a handler that is no method stops the start")
	void refusesAHandlerThatIsNoMethod(Class<?> handler) {
		this.runner.withBean("/legacy", handler).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains(handler.getName(), "'beanNameHandlerMapping'");
			assertThat(analysis.getAction()).contains("@RestController");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { ServedEarlyMapping.class, ServedByMappedInterceptor.class, ServedWebMvcSupport.class,
			UnservedButSafe.class, UnservedButUnannotated.class, Client.class, Scoped.class })
	@DisplayName("1.9 what is served, or needs no protection, does not stop the start")
	void acceptsTheRest(Class<?> application) {
		this.runner.withUserConfiguration(application).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	@DisplayName("1.9 a context of a second dispatcher servlet is checked when it is refreshed")
	void checksChildContexts(CapturedOutput output) {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			refresh(context, ChildWithMvc.class);
			assertThat(output).contains("payments-create");
			assertThatExceptionOfType(IdempotencyConfigurationException.class)
				.isThrownBy(() -> refresh(context, WithoutWebMvcConfigurers.class))
				.withMessageContainingAll(Payments.class.getName() + ".create", "'requestMappingHandlerMapping'");
		});
	}

	private static void refresh(ApplicationContext parent, Class<?> configuration) {
		try (AnnotationConfigWebApplicationContext child = new AnnotationConfigWebApplicationContext()) {
			child.setParent(parent);
			child.setServletContext(((WebApplicationContext) parent).getServletContext());
			child.register(configuration);
			child.refresh();
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { Proxied.class, DeclaredAsInterface.class, DeclaredAsSuperclass.class })
	@DisplayName("1.9 an annotation on the class method counts, where the mapping knows less of the class")
	void findsAnnotationsOfTheClass(Class<?> application, CapturedOutput output) {
		this.runner.withUserConfiguration(application).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsPattern("Idempotent operations on the memory repository: [a-z-]*controller-create");
	}

	@Test
	@DisplayName("1.8 an annotation on a class makes no operations of its handlers of safe methods, whatever they return")
	void safeMethodsOfAnAnnotatedClassAreNoOperations(CapturedOutput output) {
		this.runner.withUserConfiguration(Feed.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output)
				.contains("Idempotent operations on the memory repository: feed-any, feed-create, feed-own");
		});
		this.runner.withUserConfiguration(Feed.class)
			.withPropertyValues("idempotency.operations.feed-stream.ttl=1h")
			.run((context) -> assertThat(analysis(context).getDescription()).contains("feed-stream"));
	}

	@ParameterizedTest
	@ValueSource(classes = { ToldApartByHeader.class, ToldApartByMediaType.class, ToldApartByParameter.class,
			OneForAllMethods.class, OtherNamesOfVariables.class, OneNameOfTheClass.class })
	@DisplayName("3.11 two methods of one name, path and request method stop the start, and the analysis names both")
	void refusesOperationsOfOneNameAndPath(Class<?> controller) {
		this.runner.withUserConfiguration(controller).run((context) -> {
			FailureAnalysis analysis = analysis(context);
			assertThat(analysis.getDescription()).contains(controller.getName() + ".capture",
					controller.getName() + ".refund", "POST /payments", "'payment'");
			assertThat(analysis.getAction()).contains("@Idempotent(operation = ");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { OtherPath.class, OtherMethod.class, OtherPattern.class, OtherName.class, OnlySafe.class })
	@DisplayName("3.11 methods of one name that share not both path and request method do not stop the start")
	void acceptsOperationsOfOneName(Class<?> controller) {
		this.runner.withUserConfiguration(controller).run((context) -> assertThat(context).hasNotFailed());
	}

	private static FailureAnalysis analysis(AssertableWebApplicationContext context) {
		assertThat(context).hasFailed();
		FailureAnalysis analysis = new IdempotencyFailureAnalyzer().analyze(context.getStartupFailure());
		assertThat(analysis).as(() -> String.valueOf(context.getStartupFailure())).isNotNull();
		return analysis;
	}

	private static RequestMappingHandlerMapping early() {
		RequestMappingHandlerMapping mapping = new RequestMappingHandlerMapping();
		mapping.setOrder(-1);
		return mapping;
	}

	@RestController("payments")
	static class Payments {

		@PostMapping("/payments/{id}")
		@Idempotent
		void create(@PathVariable("id") String id) {
		}

	}

	@Configuration
	@Import(Payments.class)
	static class WithoutWebMvcConfigurers extends WebMvcConfigurationSupport {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Payments.class)
	static class EarlyMapping {

		@Bean
		RequestMappingHandlerMapping earlyMapping() {
			return early();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(EarlyMapping.class)
	static class EarlyMappingInProxy {

		@Bean
		static BeanNameAutoProxyCreator proxies() {
			BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
			creator.setBeanNames("earlyMapping");
			return creator;
		}

	}

	/** As that of Spring Data REST: its mappings are no beans. */
	@Configuration(proxyBeanMethods = false)
	@Import(Payments.class)
	static class ComposedMapping {

		@Bean
		HandlerMapping earlyMapping(ApplicationContext context) {
			RequestMappingHandlerMapping mapping = early();
			mapping.setApplicationContext(context);
			mapping.afterPropertiesSet();
			return new Composed(List.of(mapping));
		}

	}

	record Composed(List<HandlerMapping> mappings) implements HandlerMapping, Iterable<HandlerMapping> {

		@Override
		public @Nullable HandlerExecutionChain getHandler(HttpServletRequest request) throws Exception {
			return this.mappings.get(0).getHandler(request);
		}

		@Override
		public Iterator<HandlerMapping> iterator() {
			return this.mappings.iterator();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Payments.class)
	static class InterceptorOfSomePaths {

		@Bean
		RequestMappingHandlerMapping earlyMapping(IdempotencyInterceptor interceptor) {
			RequestMappingHandlerMapping mapping = early();
			mapping.setInterceptors(new MappedInterceptor(new String[] { "/payments/*" }, interceptor));
			return mapping;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Payments.class)
	static class InterceptorOfMostPaths {

		@Bean
		RequestMappingHandlerMapping earlyMapping(IdempotencyInterceptor interceptor) {
			RequestMappingHandlerMapping mapping = early();
			mapping.setInterceptors(
					new MappedInterceptor(new String[] { "/**" }, new String[] { "/payments/*" }, interceptor));
			return mapping;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Payments.class)
	static class HiddenMapping {

		@Bean
		WebMvcRegistrations registrations() {
			return new WebMvcRegistrations() {

				@Override
				public RequestMappingHandlerMapping getRequestMappingHandlerMapping() {
					return new RequestMappingHandlerMapping() {

						@Override
						protected boolean isHandler(Class<?> beanType) {
							return false;
						}

					};
				}

			};
		}

		@Bean
		HandlerMapping hiding(ApplicationContext context) {
			RequestMappingHandlerMapping mapping = early();
			mapping.setApplicationContext(context);
			mapping.afterPropertiesSet();
			return new Hiding(mapping);
		}

	}

	record Hiding(HandlerMapping mapping) implements HandlerMapping {

		@Override
		public @Nullable HandlerExecutionChain getHandler(HttpServletRequest request) throws Exception {
			return this.mapping.getHandler(request);
		}

	}

	@Idempotent
	static class AnnotatedRequestHandler implements HttpRequestHandler {

		@Override
		public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
			response.sendError(404);
		}

	}

	static class AnnotatedHandlerMethod implements HttpRequestHandler {

		@Override
		@Idempotent
		public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
			response.sendError(404);
		}

	}

	@RepositoryRestController
	static class Reports {

		@PostMapping("/reports")
		@Idempotent
		void create() {
		}

	}

	@BasePathAwareController
	static class BasePathReports {

		@PostMapping("/reports")
		@Idempotent
		void create() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Payments.class)
	static class ServedEarlyMapping {

		@Bean
		RequestMappingHandlerMapping earlyMapping(IdempotencyInterceptor interceptor) {
			RequestMappingHandlerMapping mapping = early();
			mapping.setInterceptors(interceptor);
			return mapping;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(EarlyMapping.class)
	static class ServedByMappedInterceptor {

		@Bean
		MappedInterceptor mappedInterceptor(IdempotencyInterceptor interceptor) {
			return new MappedInterceptor(new String[] { "/**" }, interceptor);
		}

	}

	@Configuration
	@Import(Payments.class)
	static class ServedWebMvcSupport extends WebMvcConfigurationSupport {

		private final IdempotencyInterceptor interceptor;

		ServedWebMvcSupport(IdempotencyInterceptor interceptor) {
			this.interceptor = interceptor;
		}

		@Override
		protected void addInterceptors(InterceptorRegistry registry) {
			registry.addInterceptor(this.interceptor);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ UnservedButSafe.Reads.class, EarlyMapping.class })
	static class UnservedButSafe {

		@Bean
		MappedInterceptor mappedInterceptor(IdempotencyInterceptor interceptor) {
			return new MappedInterceptor(null, interceptor);
		}

		@RestController
		static class Reads {

			@GetMapping("/reads")
			@Idempotent
			String read() {
				return "";
			}

		}

	}

	@RestController
	@Import(EarlyMapping.class)
	static class UnservedButUnannotated {

		@Bean
		MappedInterceptor mappedInterceptor(IdempotencyInterceptor interceptor) {
			return new MappedInterceptor(null, interceptor);
		}

		@PostMapping("/other")
		void create() {
		}

	}

	/** Annotated like the controller, but calls it. */
	@Configuration(proxyBeanMethods = false)
	static class Client {

		@Bean
		PaymentsApi client() {
			return () -> "";
		}

	}

	interface PaymentsApi {

		@PostMapping("/payments")
		@Idempotent(operation = "payment")
		String create();

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Scoped.ScopedPayments.class)
	static class Scoped {

		@RestController
		@RequestScope
		static class ScopedPayments {

			@PostMapping("/payments")
			@Idempotent
			void create() {
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebMvc
	@Import(Payments.class)
	static class ChildWithMvc {

	}

	@RestController
	interface ControllerApi {

		@PostMapping("/proxied")
		void create();

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Proxied.Controller.class)
	static class Proxied {

		@Bean
		static BeanNameAutoProxyCreator proxies() {
			BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
			creator.setBeanNames("proxiedController");
			return creator;
		}

		@RestController("proxiedController")
		static class Controller implements ControllerApi {

			@Override
			@Idempotent
			public void create() {
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DeclaredAsInterface {

		@Bean
		@Lazy
		ControllerApi declared() {
			return new Proxied.Controller();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DeclaredAsSuperclass {

		@Bean
		@Lazy
		Proxied.Controller declared() {
			return new Proxied.Controller() {
			};
		}

	}

	@RestController
	@Idempotent
	static class Feed {

		@GetMapping("/feeds/stream")
		SseEmitter stream() {
			return new SseEmitter();
		}

		@RequestMapping(path = "/feeds/head", method = { RequestMethod.HEAD, RequestMethod.OPTIONS })
		SseEmitter head() {
			return new SseEmitter();
		}

		@PostMapping("/feeds")
		void create() {
		}

		@RequestMapping("/feeds/any")
		void any() {
		}

		@GetMapping("/feeds/own")
		@Idempotent
		String own() {
			return "";
		}

	}

	@RestController
	static class ToldApartByHeader {

		@PostMapping(path = "/payments/{id}", headers = "X-Action=capture")
		@Idempotent("payment")
		void capture() {
		}

		@PostMapping(path = "/payments/{id}", headers = "X-Action=refund")
		@Idempotent("payment")
		void refund() {
		}

	}

	@RestController
	static class ToldApartByMediaType {

		@PostMapping(path = "/payments", consumes = "application/capture+json")
		@Idempotent("payment")
		void capture() {
		}

		@PostMapping(path = "/payments", consumes = "application/refund+json")
		@Idempotent("payment")
		void refund() {
		}

	}

	@RestController
	static class ToldApartByParameter {

		@PostMapping(path = "/payments", params = "capture")
		@Idempotent("payment")
		void capture() {
		}

		@PostMapping(path = { "/payments", "/refunds" }, params = "refund")
		@Idempotent("payment")
		void refund() {
		}

	}

	@RestController
	static class OneForAllMethods {

		@RequestMapping("/payments")
		@Idempotent("payment")
		void capture() {
		}

		@PostMapping(path = "/payments", params = "refund")
		@Idempotent("payment")
		void refund() {
		}

	}

	@RestController
	static class OtherNamesOfVariables {

		@PostMapping(path = "/payments/{id:[0-9]{3}}/{x}/{*rest}", params = "capture")
		@Idempotent("payment")
		void capture() {
		}

		@PostMapping(path = "/payments/{payment:[0-9]{3}}/{y}/{*more}", params = "refund")
		@Idempotent("payment")
		void refund() {
		}

	}

	@RestController
	@Idempotent("payment")
	static class OneNameOfTheClass {

		@PostMapping(path = "/payments", params = "capture")
		void capture() {
		}

		@PostMapping(path = "/payments", params = "refund")
		void refund() {
		}

		@GetMapping("/payments")
		String list() {
			return "";
		}

	}

	@RestController
	static class OtherPath {

		@PostMapping("/captures/{id}")
		@Idempotent("payment")
		void capture() {
		}

		@PostMapping("/refunds/{id}")
		@Idempotent("payment")
		void refund() {
		}

	}

	@RestController
	static class OtherMethod {

		@PostMapping("/payments")
		@Idempotent("payment")
		void capture() {
		}

		@RequestMapping(path = "/payments", method = { RequestMethod.PUT, RequestMethod.PATCH })
		@Idempotent("payment")
		void refund() {
		}

	}

	@RestController
	static class OtherPattern {

		@PostMapping("/payments/{id:[0-9]+}")
		@Idempotent("payment")
		void capture() {
		}

		@PostMapping("/payments/{id:[a-z]+}")
		@Idempotent("payment")
		void refund() {
		}

	}

	@RestController
	static class OtherName {

		@PostMapping(path = "/payments", params = "capture")
		@Idempotent
		void capture() {
		}

		@PostMapping(path = "/payments", params = "refund")
		@Idempotent
		void refund() {
		}

	}

	@RestController
	static class OnlySafe {

		@RequestMapping(path = "/payments", method = { RequestMethod.GET, RequestMethod.POST }, params = "capture")
		@Idempotent("payment")
		void capture() {
		}

		@RequestMapping(path = "/payments", method = { RequestMethod.GET, RequestMethod.PUT }, params = "refund")
		@Idempotent("payment")
		void refund() {
		}

	}

}
