package dev.idempotency.behaviour.app;

import java.net.URI;
import java.util.Map;
import java.util.UUID;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * Orders, the way most handlers are.
 */
@RestController
public class OrderController {

	private final Executions executions;

	OrderController(Executions executions) {
		this.executions = executions;
	}

	/** The standard operation: 201, Location, ETag, a body that differs at each run. */
	@PostMapping("/orders")
	@Idempotent
	ResponseEntity<Map<String, Object>> create(@RequestBody NewOrder order, HttpServletRequest request) {
		int run = this.executions.enter(request);
		String id = UUID.randomUUID().toString();
		return ResponseEntity.created(URI.create("/orders/" + id))
			.eTag("\"" + id + "\"")
			.header("X-Order-Run", Integer.toString(run))
			.body(Map.of("id", id, "item", order.item(), "quantity", order.quantity()));
	}

	@PostMapping("/optional")
	@Idempotent(required = false)
	Map<String, Object> optional(HttpServletRequest request) {
		return Map.of("run", this.executions.enter(request));
	}

	@PostMapping("/plain")
	Map<String, Object> plain(HttpServletRequest request) {
		return Map.of("run", this.executions.enter(request));
	}

	@GetMapping("/annotated-get")
	@Idempotent
	Map<String, Object> annotatedGet(HttpServletRequest request) {
		return Map.of("run", this.executions.enter(request));
	}

	/**
	 * An order as it comes in.
	 *
	 * @param item what is ordered
	 * @param quantity how many
	 */
	public record NewOrder(String item, int quantity) {
	}

}
