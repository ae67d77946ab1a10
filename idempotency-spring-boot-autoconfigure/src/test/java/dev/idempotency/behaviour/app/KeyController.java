package dev.idempotency.behaviour.app;

import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * Handlers that a key has nothing to say to, beside those that it has.
 */
@RestController
public class KeyController {

	private final Executions executions;

	KeyController(Executions executions) {
		this.executions = executions;
	}

	@RequestMapping(path = "/every-method",
			method = { RequestMethod.GET, RequestMethod.HEAD, RequestMethod.OPTIONS, RequestMethod.POST })
	@Idempotent
	Map<String, Object> everyMethod(HttpServletRequest request) {
		this.executions.enter(request);
		return Map.of("answer", 42);
	}

	@PostMapping("/without-annotation")
	Map<String, Object> withoutAnnotation(HttpServletRequest request) {
		this.executions.enter(request);
		return Map.of("answer", 42);
	}

}
