package dev.idempotency.behaviour.app;

import java.beans.PropertyEditorSupport;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.annotation.security.RolesAllowed;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.NotBlank;
import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.MethodParameter;
import org.springframework.core.convert.converter.Converter;
import org.springframework.format.FormatterRegistry;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authorization.AuthorityAuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.method.AuthorizationManagerBeforeMethodInterceptor;
import org.springframework.security.authorization.method.HandleAuthorizationDenied;
import org.springframework.security.authorization.method.MethodAuthorizationDeniedHandler;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableGlobalMethodSecurity;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.validation.annotation.Validated;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.InitBinder;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.annotation.RequestScope;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.support.RequestContextUtils;

import dev.idempotency.Idempotent;

/**
 * Handlers that are guarded by method security, in every way that there is.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@EnableMethodSecurity(securedEnabled = true, jsr250Enabled = true)
@EnableAspectJAutoProxy
@Import({ Executions.class, GuardedApplication.Security.class, GuardedApplication.Surroundings.class,
		GuardedApplication.OnMethods.class, GuardedApplication.OnClass.class,
		GuardedApplication.OfInterfaceController.class, GuardedApplication.OfRequest.class,
		GuardedApplication.Arguments.class, GuardedApplication.Aspects.class, GuardedApplication.Translating.class,
		GuardedApplication.Bare.class, GuardedApplication.Counter.class })
public class GuardedApplication {

	/** Method security without any annotation of its own. */
	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AuthorizationManagerBeforeMethodInterceptor ownInterceptor() {
		return new AuthorizationManagerBeforeMethodInterceptor(new StaticMethodMatcherPointcut() {

			@Override
			public boolean matches(Method method, Class<?> targetClass) {
				return method.getName().equals("ownInterceptor") && targetClass == OnMethods.class;
			}

		}, AuthorityAuthorizationManager.<MethodInvocation>hasRole("PAYER"));
	}

	/**
	 * Some of them with the method security of before Spring Security 5.6.
	 */
	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableGlobalMethodSecurity(prePostEnabled = true, securedEnabled = true, jsr250Enabled = true)
	@Import({ Executions.class, Security.class, Surroundings.class, OnMethods.class, OnClass.class })
	@SuppressWarnings("deprecation")
	public static class OfOld {

	}

	/**
	 * Who there is.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Security {

		@Bean
		SecurityFilterChain securityFilterChain(HttpSecurity http) throws Exception {
			return http.httpBasic(Customizer.withDefaults())
				.csrf(AbstractHttpConfigurer::disable)
				.authorizeHttpRequests((requests) -> requests.dispatcherTypeMatchers(DispatcherType.ERROR)
					.permitAll()
					.anyRequest()
					.authenticated())
				.build();
		}

		@Bean
		PasswordEncoder passwordEncoder() {
			return SecuredApplication.PASSWORDS;
		}

		@Bean
		InMemoryUserDetailsManager users() {
			return new InMemoryUserDetailsManager(SecuredApplication.user("ada", "PAYER"),
					SecuredApplication.user("bob", "PAYER"));
		}

		@Bean
		Denial denial() {
			return new Denial();
		}

	}

	/**
	 * What stands around handlers, and is counted.
	 */
	public static final class Surroundings
			implements WebMvcConfigurer, HandlerMethodArgumentResolver, TransactionExecutionListener {

		private final Map<String, Account> accounts = new ConcurrentHashMap<>();

		private final AtomicInteger resolved = new AtomicInteger();

		private final AtomicInteger transactions = new AtomicInteger();

		private final AtomicInteger aspects = new AtomicInteger();

		/**
		 * Opens an account.
		 * @param id its number
		 * @param owner whose it is
		 */
		public void open(String id, String owner) {
			this.accounts.put(id, new Account(id, owner));
		}

		/**
		 * Closes an account.
		 * @param id its number
		 */
		public void close(String id) {
			this.accounts.remove(id);
		}

		/** How often an argument was resolved. */
		public int resolved() {
			return this.resolved.get();
		}

		/** How often a transaction began. */
		public int transactions() {
			return this.transactions.get();
		}

		/** How often an aspect ran. */
		public int aspects() {
			return this.aspects.get();
		}

		@Override
		public void addFormatters(FormatterRegistry registry) {
			registry.addConverter(new Converter<String, Account>() {

				@Override
				public Account convert(String id) {
					Account account = Surroundings.this.accounts.get(id);
					if (account == null) {
						throw new IllegalArgumentException("No such account");
					}
					return account;
				}

			});
		}

		@Override
		public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
			resolvers.add(this);
		}

		@Override
		public boolean supportsParameter(MethodParameter parameter) {
			return parameter.getParameterType() == Visitor.class;
		}

		@Override
		public Object resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer container,
				NativeWebRequest request, @Nullable WebDataBinderFactory binderFactory) {
			return new Visitor(this.resolved.incrementAndGet());
		}

		@Override
		public void beforeBegin(TransactionExecution transaction) {
			this.transactions.incrementAndGet();
		}

	}

	/**
	 * Guards on methods.
	 */
	@RestController
	public static class OnMethods {

		private final Executions executions;

		OnMethods(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/guarded/pre-authorize")
		@Idempotent
		@PreAuthorize("hasRole('PAYER')")
		Map<String, Object> preAuthorize(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		@PostMapping("/guarded/secured")
		@Idempotent
		@Secured("ROLE_PAYER")
		Map<String, Object> secured(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		@PostMapping("/guarded/roles-allowed")
		@Idempotent
		@RolesAllowed("PAYER")
		Map<String, Object> rolesAllowed(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		@PostMapping("/guarded/composed")
		@Idempotent
		@ForPayers
		Map<String, Object> composed(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		@PostMapping("/guarded/own-interceptor")
		@Idempotent
		Map<String, Object> ownInterceptor(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		@PostMapping("/guarded/before-and-after")
		@Idempotent
		@PreAuthorize("hasRole('PAYER')")
		@PostAuthorize("returnObject != null")
		Map<String, Object> beforeAndAfter(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		/** The right is that of the handler, asked for by its name for itself. */
		@PostMapping("/guarded/this")
		@Idempotent
		@PreAuthorize("this.isPayer(authentication)")
		Map<String, Object> ofThis(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		public boolean isPayer(Authentication authentication) {
			return this.executions != null && authentication.getAuthorities()
				.stream()
				.anyMatch((authority) -> "ROLE_PAYER".equals(authority.getAuthority()));
		}

		@PostMapping("/guarded/callable")
		@Idempotent
		@PreAuthorize("hasRole('PAYER')")
		Callable<Map<String, Object>> callable(HttpServletRequest request) {
			return () -> Map.of("secret", this.executions.enter(request));
		}

		@PostMapping("/guarded/future")
		@Idempotent
		@PreAuthorize("hasRole('PAYER')")
		CompletableFuture<Map<String, Object>> future(HttpServletRequest request) {
			return CompletableFuture.completedFuture(Map.of("secret", this.executions.enter(request)));
		}

		@PostMapping("/guarded/response")
		@Idempotent
		@PreAuthorize("hasRole('PAYER')")
		void response(HttpServletRequest request, HttpServletResponse response) throws IOException {
			response.getWriter().print("secret " + this.executions.enter(request));
		}

		/** A denial is answered, and nothing is thrown. */
		@PostMapping("/guarded/answered")
		@Idempotent(unless = "#result.denied")
		@PreAuthorize("hasRole('PAYER')")
		@HandleAuthorizationDenied(handlerClass = Denial.class)
		Callable<Result> answered(HttpServletRequest request) {
			return () -> new Result("secret " + this.executions.enter(request), false);
		}

		@PostMapping("/guarded/transactional")
		@Idempotent(transactional = true)
		@PreAuthorize("hasRole('PAYER')")
		Map<String, Object> transactional(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		/** Cannot be overridden: Spring Security is not asked for a call either. */
		@PostMapping("/guarded/final")
		@Idempotent
		@PreAuthorize("hasRole('PAYER')")
		final Map<String, Object> unreachable(HttpServletRequest request) {
			return Map.of("secret",
					RequestContextUtils.findWebApplicationContext(request).getBean(Executions.class).enter(request));
		}

		@PostMapping("/guarded/after")
		@Idempotent
		@PostAuthorize("hasRole('PAYER')")
		Map<String, Object> after(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		@PostMapping(path = "/guarded/accounts/{account}/statement", produces = "application/json")
		@Idempotent
		@PreAuthorize("hasRole('PAYER') and #account.owner == authentication.name")
		Map<String, Object> statement(@PathVariable Account account, HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

	}

	/**
	 * A guard on the class.
	 */
	@RestController
	@PreAuthorize("hasRole('PAYER')")
	public static class OnClass {

		private final Executions executions;

		OnClass(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/guarded/class")
		@Idempotent
		Map<String, Object> handle(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

	}

	/**
	 * The operations of an interface, whose bean is a proxy of that interface only.
	 */
	@RestController
	@RequestMapping("/guarded")
	public interface OfInterface {

		@PostMapping("/interface")
		@Idempotent(operation = "of-interface")
		@PreAuthorize("hasRole('PAYER')")
		Map<String, Object> handle(HttpServletRequest request);

	}

	/**
	 * Its implementation.
	 */
	static class OfInterfaceController implements OfInterface {

		private final Executions executions;

		OfInterfaceController(Executions executions) {
			this.executions = executions;
		}

		@Override
		public Map<String, Object> handle(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

	}

	/**
	 * A handler made for each request, behind two proxies.
	 */
	@RestController
	@RequestScope(proxyMode = ScopedProxyMode.TARGET_CLASS)
	static class OfRequest {

		private final Executions executions;

		OfRequest(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/guarded/request-scope")
		@Idempotent
		@PreAuthorize("hasRole('PAYER')")
		Map<String, Object> handle(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

	}

	/**
	 * Guards that look at arguments.
	 */
	@RestController
	static class Arguments {

		private final Executions executions;

		private final Surroundings surroundings;

		Arguments(Executions executions, Surroundings surroundings) {
			this.executions = executions;
			this.surroundings = surroundings;
		}

		@PostMapping("/guarded/body")
		@Idempotent
		@PreAuthorize("hasRole('PAYER') and #order.owner == authentication.name")
		Map<String, Object> body(@RequestBody Order order, HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request), "owner", order.owner());
		}

		@PostMapping("/guarded/form")
		@Idempotent
		@PreAuthorize("hasRole('PAYER') and #owner == authentication.name")
		Map<String, Object> form(@RequestParam String owner, HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request), "owner", owner);
		}

		@PostMapping("/guarded/accounts/{account}")
		@Idempotent
		@PreAuthorize("hasRole('PAYER') and #account.owner == authentication.name")
		Map<String, Object> account(@PathVariable Account account, HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		@PostMapping("/guarded/counted")
		@Idempotent
		@PreAuthorize("hasRole('PAYER')")
		Map<String, Object> counted(Visitor visitor, HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request), "visitor", visitor.number());
		}

		@PostMapping("/guarded/parts")
		@Idempotent
		@PreAuthorize("hasRole('PAYER') and #title == authentication.name")
		Map<String, Object> parts(@RequestParam String title, @RequestPart MultipartFile file,
				HttpServletRequest request) throws IOException {
			return Map.of("secret", this.executions.enter(request), "size", file.getBytes().length);
		}

		@InitBinder
		void binder(WebDataBinder binder) {
			binder.registerCustomEditor(Amount.class, new PropertyEditorSupport() {

				@Override
				public void setAsText(String text) {
					setValue(new Amount(Integer.parseInt(text)));
				}

			});
		}

		/** Needs the fields of the handler, which the handler's proxies do not have. */
		@ModelAttribute("basket")
		Basket basket(@RequestHeader(name = "X-Basket", defaultValue = "none") String name) {
			Account account = this.surroundings.accounts.get(name);
			return new Basket((account != null) ? account.owner() : "");
		}

		@PostMapping("/guarded/model")
		@Idempotent
		@PreAuthorize("hasRole('PAYER') and #basket.owner == authentication.name and #amount.value() < 100")
		Map<String, Object> model(@ModelAttribute(name = "basket", binding = false) Basket basket,
				@RequestParam Amount amount, HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request), "amount", amount.value());
		}

	}

	/**
	 * A guard among other proxies, none of which is to be passed by a replay.
	 */
	@RestController
	@Validated
	static class Aspects {

		private final Executions executions;

		Aspects(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/guarded/aspects")
		@Idempotent
		@PreAuthorize("hasRole('PAYER')")
		@Transactional
		@Counted
		Map<String, Object> handle(@RequestParam @NotBlank String reason, HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request), "reason", reason);
		}

		@PostMapping("/guarded/unguarded")
		@Idempotent
		@Transactional
		@Counted
		Map<String, Object> unguarded(Visitor visitor, HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request), "visitor", visitor.number());
		}

	}

	/**
	 * A handler without any proxy.
	 */
	@RestController
	static class Bare {

		private final Executions executions;

		Bare(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/guarded/bare")
		@Idempotent
		Map<String, Object> bare(Visitor visitor, HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request), "visitor", visitor.number());
		}

	}

	/**
	 * Counts the handlers around which it is.
	 */
	@Aspect
	static class Counter {

		private final Surroundings surroundings;

		Counter(Surroundings surroundings) {
			this.surroundings = surroundings;
		}

		@Around("@annotation(dev.idempotency.behaviour.app.GuardedApplication.Counted)")
		Object count(ProceedingJoinPoint handler) throws Throwable {
			this.surroundings.aspects.incrementAndGet();
			return handler.proceed();
		}

	}

	/**
	 * Answers in place of a handler that may not be called.
	 */
	static final class Denial implements MethodAuthorizationDeniedHandler {

		@Override
		public @Nullable Object handleDeniedInvocation(MethodInvocation invocation, AuthorizationResult result) {
			return (Callable<Result>) () -> new Result("denied", true);
		}

	}

	/**
	 * For those who may pay.
	 */
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@PreAuthorize("hasRole('PAYER')")
	@interface ForPayers {

	}

	/**
	 * A handler with an answer of its own for who may not call it, and an argument whose
	 * resolver writes to the response.
	 */
	@RestController
	static class Translating {

		private final Executions executions;

		Translating(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/guarded/translated")
		@Idempotent
		@PreAuthorize("hasRole('PAYER')")
		Map<String, Object> translated(HttpServletRequest request) {
			return Map.of("secret", this.executions.enter(request));
		}

		@ExceptionHandler(AccessDeniedException.class)
		@ResponseStatus(HttpStatus.UNAVAILABLE_FOR_LEGAL_REASONS)
		String denied() {
			return "not for you";
		}

		@ModelAttribute
		void write(HttpServletResponse response) throws IOException {
			response.addHeader("X-Written", "by the handler");
			response.flushBuffer();
		}

	}

	/**
	 * Handlers around which the aspect is.
	 */
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@interface Counted {

	}

	record Account(String id, String owner) {
	}

	record Amount(int value) {
	}

	record Basket(String owner) {
	}

	record Order(String owner, int amount) {
	}

	record Result(String text, boolean denied) {
	}

	record Visitor(int number) {
	}

}
