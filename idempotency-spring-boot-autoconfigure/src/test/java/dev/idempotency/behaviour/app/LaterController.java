package dev.idempotency.behaviour.app;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

import dev.idempotency.Idempotent;

/**
 * Handlers that answer when another thread has done the work.
 */
@RestController
@RequestMapping("/later/")
@Idempotent
public class LaterController {

	private final Executions executions;

	LaterController(Executions executions) {
		this.executions = executions;
	}

	@PostMapping("callable")
	Callable<ResponseEntity<Map<String, Object>>> callable(HttpServletRequest request) {
		return () -> created(this.executions.enter(request));
	}

	@PostMapping("future")
	CompletionStage<ResponseEntity<Map<String, Object>>> future(HttpServletRequest request) {
		String name = Executions.nameOf(request);
		return CompletableFuture.supplyAsync(() -> created(this.executions.enter(name)));
	}

	@PostMapping("deferred")
	DeferredResult<ResponseEntity<Map<String, Object>>> deferred(HttpServletRequest request) {
		String name = Executions.nameOf(request);
		DeferredResult<ResponseEntity<Map<String, Object>>> result = new DeferredResult<>();
		new Thread(() -> result.setResult(created(this.executions.enter(name)))).start();
		return result;
	}

	@PostMapping("conflict")
	CompletionStage<String> conflict(HttpServletRequest request) {
		this.executions.enter(request);
		return CompletableFuture.failedFuture(new ErrorAdvice.OutOfStockException());
	}

	@PostMapping("failure")
	Callable<String> failure(HttpServletRequest request) {
		this.executions.enter(request);
		return () -> {
			throw new IllegalStateException("on purpose");
		};
	}

	private static ResponseEntity<Map<String, Object>> created(int run) {
		return ResponseEntity.status(HttpStatus.CREATED)
			.header("X-Run", Integer.toString(run))
			.body(Map.of("run", run));
	}

}
