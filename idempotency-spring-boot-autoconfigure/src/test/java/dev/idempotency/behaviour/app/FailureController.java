package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import dev.idempotency.Idempotent;

/**
 * All the ways in which handlers fail.
 */
@RestController
@RequestMapping("/fail/")
@Idempotent
public class FailureController {

	private static final Map<String, Supplier<? extends Throwable>> FAILURES = Map.of("runtime-exception",
			() -> new IllegalStateException("on purpose"), "checked-exception", () -> new IOException("on purpose"),
			"error", () -> new AssertionError("on purpose"), "advice", ErrorAdvice.OutOfStockException::new,
			"local-advice", LocalException::new, "local-advice-5xx", () -> new LocalException(503),
			"response-status-exception", () -> new ResponseStatusException(HttpStatus.NOT_FOUND, "No such order"),
			"error-response-exception", FailureController::problem, "annotated-exception", GoneException::new,
			"broken-pipe", () -> new IllegalStateException("Not saved", new IOException("Broken pipe")));

	private final Executions executions;

	FailureController(Executions executions) {
		this.executions = executions;
	}

	@PostMapping("throw/{failure}")
	void fail(@PathVariable String failure, HttpServletRequest request, HttpServletResponse response) throws Throwable {
		response.setHeader("X-Before", Integer.toString(this.executions.enter(request)));
		throw FAILURES.get(failure).get();
	}

	@PostMapping("throw-status/{status}")
	void failWithStatus(@PathVariable int status, HttpServletRequest request) {
		throw new ResponseStatusException(status, "Run " + this.executions.enter(request), null);
	}

	@PostMapping("problem-detail")
	ProblemDetail problemDetail(HttpServletRequest request) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "Run " + this.executions.enter(request));
	}

	@PostMapping("send-error/{status}")
	void sendError(@PathVariable int status, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		response.sendError(status, "Run " + this.executions.enter(request));
	}

	@PostMapping("send-error-after-bytes")
	void sendErrorAfterBytes(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setContentType("application/pdf");
		response.setHeader("X-Before", "true");
		response.getOutputStream().print("dropped");
		response.sendError(418, "Run " + this.executions.enter(request));
	}

	@PostMapping("annotated-method")
	@ResponseStatus(code = HttpStatus.PAYMENT_REQUIRED, reason = "Account empty")
	void annotatedMethod(HttpServletRequest request) {
		this.executions.enter(request);
	}

	@ExceptionHandler
	ResponseEntity<String> handle(LocalException exception) {
		return ResponseEntity.status(exception.status).header("X-Local", "true").body("handled here");
	}

	private static ErrorResponseException problem() {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_ENTITY, "No stock");
		problem.setType(URI.create("https://example.com/no-stock"));
		return new ErrorResponseException(HttpStatus.UNPROCESSABLE_ENTITY, problem, null);
	}

	private static final class LocalException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final int status;

		LocalException() {
			this(409);
		}

		LocalException(int status) {
			this.status = status;
		}

	}

	@ResponseStatus(code = HttpStatus.GONE, reason = "Sold out")
	private static final class GoneException extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

}
