package dev.idempotency.behaviour.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.AfterReturning;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.validation.annotation.Validated;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

import dev.idempotency.Idempotent;

/**
 * Handlers with much around them that turns what they did into responses.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({ Executions.class, EntryApplication.InTransaction.class, EntryApplication.Advised.class,
		EntryApplication.ValidatedClass.class, EntryApplication.Plain.class, EntryApplication.WithModel.class,
		EntryApplication.Aspects.class, EntryApplication.Errors.class })
public class EntryApplication {

	/** A manager whose commits fail. */
	@Bean
	PlatformTransactionManager transactionManager() {
		return new FailingTransactionManager();
	}

	/** In front of all resolvers, and of the library's observer. */
	@Bean
	Object resolverInFront(RequestMappingHandlerAdapter adapter) {
		List<HandlerMethodArgumentResolver> resolvers = new ArrayList<>(List.copyOf(adapter.getArgumentResolvers()));
		resolvers.add(0, new TenantResolver());
		adapter.setArgumentResolvers(resolvers);
		return new Object();
	}

	private static void run(Executions executions, HttpServletRequest request) {
		executions.enter(request);
	}

	/**
	 * Its method's effect is undone, and its failure answered.
	 */
	@RestController
	@RequestMapping("/entry")
	public static class InTransaction {

		private final Executions executions;

		InTransaction(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/commit-fails")
		@Idempotent
		@Transactional
		public String commitFails(HttpServletRequest request) {
			run(this.executions, request);
			return "never seen";
		}

	}

	/**
	 * Has aspects around it.
	 */
	@RestController
	@RequestMapping("/entry")
	public static class Advised {

		private final Executions executions;

		Advised(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/translated")
		@Idempotent
		public String translated(HttpServletRequest request) {
			run(this.executions, request);
			throw new IllegalStateException("Thrown by a test");
		}

		@PostMapping("/fails-after")
		@Idempotent
		public String failsAfter(HttpServletRequest request) {
			run(this.executions, request);
			return "never seen";
		}

		@PostMapping("/refused-before")
		@Idempotent
		public String refusedBefore(HttpServletRequest request) {
			run(this.executions, request);
			return "run";
		}

		@PostMapping("/on-another-thread")
		@Idempotent
		public String onAnotherThread(HttpServletRequest request) {
			run(this.executions, request);
			throw new ResponseStatusException(HttpStatus.CONFLICT);
		}

	}

	/**
	 * Validates arguments and results by a proxy.
	 */
	@RestController
	@RequestMapping("/entry")
	@Validated
	public static class ValidatedClass {

		private final Executions executions;

		ValidatedClass(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/invalid-result")
		@Idempotent
		@Valid
		public Result invalidResult(HttpServletRequest request) {
			run(this.executions, request);
			return new Result("");
		}

		@PostMapping("/invalid-argument-of-proxy")
		@Idempotent
		public String invalidArgument(@RequestParam @Min(1) int number, HttpServletRequest request) {
			run(this.executions, request);
			return "number " + number;
		}

	}

	/**
	 * Nothing around it but Spring MVC.
	 */
	@RestController
	@RequestMapping("/entry")
	public static class Plain {

		private final Executions executions;

		Plain(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("/invalid-result-of-mvc")
		@Idempotent
		@NotBlank
		String invalidResult(HttpServletRequest request) {
			run(this.executions, request);
			return "";
		}

		@PostMapping("/invalid-argument")
		@Idempotent
		String invalidArgument(@RequestParam @Min(1) int number, HttpServletRequest request) {
			run(this.executions, request);
			return "number " + number;
		}

		@PostMapping("/resolver-in-front")
		@Idempotent
		String resolverInFront(HttpServletRequest request, Tenant tenant) {
			run(this.executions, request);
			throw new ResponseStatusException(HttpStatus.CONFLICT);
		}

	}

	/**
	 * Has a method that is called before its handlers.
	 */
	@RestController
	@RequestMapping("/entry")
	public static class WithModel {

		private final Executions executions;

		private final HttpServletRequest request;

		WithModel(Executions executions, HttpServletRequest request) {
			this.executions = executions;
			this.request = request;
		}

		@ModelAttribute
		void look() {
			if (this.request.getHeader("X-Unknown") != null) {
				throw new ResponseStatusException(HttpStatus.NOT_FOUND);
			}
		}

		@PostMapping("/model-fails")
		@Idempotent
		Map<String, String> modelFails() {
			run(this.executions, this.request);
			return Map.of("done", "yes");
		}

		@PostMapping("/without-parameters")
		@Idempotent
		Map<String, String> withoutParameters() {
			run(this.executions, this.request);
			throw new ResponseStatusException(HttpStatus.CONFLICT);
		}

	}

	/**
	 * What is around the advised methods.
	 */
	@Aspect
	public static class Aspects {

		@Around("execution(* dev.idempotency.behaviour.app.EntryApplication.Advised.translated(..))")
		Object translate(ProceedingJoinPoint call) throws Throwable {
			try {
				return call.proceed();
			}
			catch (IllegalStateException ex) {
				throw new ResponseStatusException(HttpStatus.UNPROCESSABLE_ENTITY, "translated", ex);
			}
		}

		@AfterReturning("execution(* dev.idempotency.behaviour.app.EntryApplication.Advised.failsAfter(..))")
		void fail() {
			throw new ResponseStatusException(HttpStatus.CONFLICT);
		}

		@Around("execution(* dev.idempotency.behaviour.app.EntryApplication.Advised.refusedBefore(..)) && args(request)")
		Object refuse(ProceedingJoinPoint call, HttpServletRequest request) throws Throwable {
			if (request.getHeader("X-Unknown") != null) {
				throw new ResponseStatusException(HttpStatus.NOT_FOUND);
			}
			return call.proceed();
		}

		@Around("execution(* dev.idempotency.behaviour.app.EntryApplication.Advised.onAnotherThread(..))")
		Object elsewhere(ProceedingJoinPoint call) throws Throwable {
			FutureTask<Object> task = new FutureTask<>(() -> {
				try {
					return call.proceed();
				}
				catch (Throwable ex) {
					return ex;
				}
			});
			Thread thread = new Thread(task);
			thread.start();
			Object result = task.get();
			if (result instanceof Throwable failure) {
				throw failure;
			}
			return result;
		}

	}

	/**
	 * Answers failures.
	 */
	@RestControllerAdvice
	public static class Errors {

		@ExceptionHandler
		@ResponseStatus(HttpStatus.CONFLICT)
		String commitFailed(TransactionSystemException exception) {
			return "not committed";
		}

		@ExceptionHandler
		@ResponseStatus(HttpStatus.UNPROCESSABLE_ENTITY)
		String invalid(ConstraintViolationException exception) {
			return "invalid";
		}

		@ExceptionHandler
		@ResponseStatus(HttpStatus.UNPROCESSABLE_ENTITY)
		String invalid(HandlerMethodValidationException exception) {
			return "invalid";
		}

	}

	/**
	 * A result to validate.
	 *
	 * @param text must not be blank
	 */
	public record Result(@NotBlank String text) {
	}

	/**
	 * An argument of the application's own.
	 *
	 * @param name its name
	 */
	public record Tenant(String name) {
	}

	private static final class TenantResolver implements HandlerMethodArgumentResolver {

		@Override
		public boolean supportsParameter(MethodParameter parameter) {
			return parameter.getParameterType().equals(Tenant.class);
		}

		@Override
		public Object resolveArgument(MethodParameter parameter, ModelAndViewContainer container,
				NativeWebRequest request, WebDataBinderFactory binderFactory) {
			return new Tenant("acme");
		}

	}

	private static final class FailingTransactionManager extends AbstractPlatformTransactionManager {

		private static final long serialVersionUID = 1L;

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			throw new TransactionSystemException("Thrown by a test");
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
		}

	}

}
