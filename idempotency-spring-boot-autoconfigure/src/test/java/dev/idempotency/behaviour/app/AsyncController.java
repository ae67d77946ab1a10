package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import dev.idempotency.Idempotent;

/**
 * Handlers that answer later, on another thread.
 */
@Controller
@RequestMapping("/async")
@Idempotent
public class AsyncController {

	private static final long SHORT = 50;

	private static final Logger logger = LoggerFactory.getLogger(AsyncController.class);

	private final Executions executions;

	private final AtomicInteger threads = new AtomicInteger();

	private final Executor executor = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "answer-" + this.threads.incrementAndGet());
		thread.setDaemon(true);
		// Or Awaitility would blame the test that waits just then
		thread.setUncaughtExceptionHandler((failed, ex) -> logger.info("A request has gone", ex));
		return thread;
	});

	AsyncController(Executions executions) {
		this.executions = executions;
	}

	@PostMapping("/callable")
	@ResponseBody
	@ResponseStatus(HttpStatus.CREATED)
	Callable<Map<String, Object>> callable(@RequestBody Map<String, Object> order, HttpServletRequest request) {
		return () -> Map.of("run", this.executions.enter(request), "item", order.get("item"));
	}

	@PostMapping("/callable-entity")
	Callable<ResponseEntity<String>> callableEntity(HttpServletRequest request) {
		return () -> entity(request);
	}

	@PostMapping("/callable-view")
	Callable<String> callableView(HttpServletRequest request, HttpServletResponse response) {
		return () -> {
			response.setHeader("X-Run", Integer.toString(this.executions.enter(request)));
			return "redirect:/elsewhere";
		};
	}

	@PostMapping("/deferred")
	DeferredResult<ResponseEntity<String>> deferred(HttpServletRequest request) {
		DeferredResult<ResponseEntity<String>> result = new DeferredResult<>();
		this.executor.execute(() -> result.setResult(entity(request)));
		return result;
	}

	@PostMapping("/already-there")
	DeferredResult<ResponseEntity<String>> alreadyThere(HttpServletRequest request) {
		DeferredResult<ResponseEntity<String>> result = new DeferredResult<>();
		result.setResult(entity(request));
		return result;
	}

	@PostMapping("/stage")
	CompletionStage<ResponseEntity<String>> stage(HttpServletRequest request) {
		return CompletableFuture.supplyAsync(() -> entity(request), this.executor);
	}

	@PostMapping("/future-of-void")
	CompletableFuture<ResponseEntity<Void>> futureOfVoid(HttpServletRequest request) {
		return CompletableFuture.supplyAsync(() -> ResponseEntity.accepted()
			.header("X-Run", Integer.toString(this.executions.enter(request)))
			.build(), this.executor);
	}

	@PostMapping("/mono")
	Mono<ResponseEntity<String>> mono(HttpServletRequest request) {
		return Mono.fromCallable(() -> entity(request)).subscribeOn(Schedulers.fromExecutor(this.executor));
	}

	@PostMapping("/task")
	WebAsyncTask<ResponseEntity<String>> task(HttpServletRequest request) {
		return new WebAsyncTask<>(() -> entity(request));
	}

	@PostMapping("/fails/{how}")
	CompletableFuture<ResponseEntity<String>> fails(@PathVariable String how, HttpServletRequest request) {
		return CompletableFuture.supplyAsync(() -> {
			this.executions.enter(request);
			throw switch (how) {
				case "advised" -> new ErrorAdvice.OutOfStockException();
				case "advised-wrapped" -> new CompletionException(new ErrorAdvice.OutOfStockException());
				case "status" -> new ResponseStatusException(HttpStatus.NOT_FOUND);
				default -> new IllegalStateException("Thrown by a test");
			};
		}, this.executor);
	}

	/** Goes on when it is interrupted. */
	@PostMapping("/stubborn")
	Callable<ResponseEntity<String>> stubborn(HttpServletRequest request) {
		return () -> CompletableFuture.supplyAsync(() -> entity(request), this.executor).join();
	}

	@PostMapping("/stubborn-task")
	WebAsyncTask<ResponseEntity<String>> stubbornTask(HttpServletRequest request) {
		return new WebAsyncTask<>(stubborn(request));
	}

	/** Times out, which Spring answers with 503. */
	@PostMapping("/timeout")
	DeferredResult<String> timeout(HttpServletRequest request) {
		this.executions.enter(request);
		return new DeferredResult<>(SHORT);
	}

	/** Times out, which this answers itself. */
	@PostMapping("/answered-timeout")
	DeferredResult<ResponseEntity<String>> answeredTimeout(HttpServletRequest request) {
		return new DeferredResult<>(SHORT,
				() -> ResponseEntity.accepted().body("run " + this.executions.enter(request)));
	}

	@PostMapping("/answered-task-timeout")
	WebAsyncTask<ResponseEntity<String>> answeredTaskTimeout(HttpServletRequest request) {
		CompletableFuture<ResponseEntity<String>> never = new CompletableFuture<>();
		// Not get(): Spring interrupts the task, whose failure would compete with the
		// answer
		WebAsyncTask<ResponseEntity<String>> task = new WebAsyncTask<>(SHORT, never::join);
		task.onTimeout(() -> ResponseEntity.accepted().body("run " + this.executions.enter(request)));
		task.onCompletion(() -> never.cancel(false));
		return task;
	}

	/** The servlet's own way: no Spring type, no dispatch at the end. */
	@PostMapping("/servlet")
	@ResponseBody
	void servlet(HttpServletRequest request) {
		AsyncContext context = request.startAsync();
		context.start(() -> answer(context, request));
	}

	@PostMapping("/servlet-with-arguments")
	@ResponseBody
	void servletWithArguments(HttpServletRequest request, HttpServletResponse response) {
		AsyncContext context = request.startAsync(request, response);
		this.executor.execute(() -> answer(context, request));
	}

	/** Completes before it returns. */
	@PostMapping("/servlet-at-once")
	@ResponseBody
	void servletAtOnce(HttpServletRequest request) {
		request.startAsync();
		answer(request.getAsyncContext(), request);
	}

	@PostMapping("/servlet-fails")
	@ResponseBody
	void servletFails(HttpServletRequest request) {
		AsyncContext context = request.startAsync();
		this.executor.execute(() -> {
			this.executions.enter(request);
			((HttpServletResponse) context.getResponse()).setStatus(503);
			context.complete();
		});
	}

	/** Never completes. */
	@PostMapping("/servlet-timeout")
	@ResponseBody
	void servletTimeout(HttpServletRequest request) {
		this.executions.enter(request);
		request.startAsync().setTimeout(SHORT);
	}

	private void answer(AsyncContext context, HttpServletRequest request) {
		HttpServletResponse response = (HttpServletResponse) context.getResponse();
		int run = this.executions.enter(request);
		response.setStatus(201);
		response.setHeader("Location", "/async/" + run);
		response.setContentType("text/plain;charset=UTF-8");
		try {
			response.getWriter().print("Grüße, run " + run);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		context.complete();
	}

	private ResponseEntity<String> entity(HttpServletRequest request) {
		int run = this.executions.enter(request);
		return ResponseEntity.created(URI.create("/async/" + run)).eTag("\"" + run + "\"").body("run " + run);
	}

}
