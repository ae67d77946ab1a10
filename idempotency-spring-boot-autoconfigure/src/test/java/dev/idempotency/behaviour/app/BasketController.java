package dev.idempotency.behaviour.app;

import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * Keeps something in the session of the client.
 */
@RestController
@RequestMapping("/baskets")
public class BasketController {

	private static final String ITEMS = "items";

	private final Executions executions;

	BasketController(Executions executions) {
		this.executions = executions;
	}

	@PostMapping
	@Idempotent
	@ResponseStatus(HttpStatus.CREATED)
	Map<String, Object> add(HttpServletRequest request) {
		int run = this.executions.enter(request);
		HttpSession session = request.getSession();
		session.setAttribute(ITEMS, itemsOf(session) + 1);
		return Map.of("run", run, ITEMS, itemsOf(session));
	}

	@GetMapping
	Map<String, Object> show(HttpSession session) {
		return Map.of(ITEMS, itemsOf(session));
	}

	private static int itemsOf(HttpSession session) {
		return (session.getAttribute(ITEMS) instanceof Integer items) ? items : 0;
	}

}
