package dev.idempotency.behaviour.app;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.validation.annotation.Validated;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * Handlers that are not entered with bad input.
 */
@RestController
@RequestMapping("/validation/")
@Idempotent
public class ValidationController {

	private final Executions executions;

	ValidationController(Executions executions) {
		this.executions = executions;
	}

	@PostMapping("body")
	ResponseEntity<Item> body(@Valid @RequestBody Item item, HttpServletRequest request) {
		return created(item, request);
	}

	@PostMapping("request-first")
	ResponseEntity<Item> requestFirst(HttpServletRequest request, @Valid @RequestBody Item item) {
		return created(item, request);
	}

	@PostMapping("form")
	ResponseEntity<Item> form(@Valid @ModelAttribute Item item, HttpServletRequest request) {
		return created(item, request);
	}

	@PostMapping("parameter")
	ResponseEntity<Item> parameter(@RequestParam int amount, HttpServletRequest request) {
		return created(new Item("parameter", amount), request);
	}

	@PostMapping("constrained-parameter")
	ResponseEntity<Item> constrained(HttpServletRequest request, @RequestParam @Min(1) int amount) {
		return created(new Item("constrained", amount), request);
	}

	@PostMapping("header")
	ResponseEntity<Item> header(HttpServletRequest request, @RequestHeader("X-Amount") int amount) {
		return created(new Item("header", amount), request);
	}

	@PostMapping("path/{amount}")
	ResponseEntity<Item> path(@PathVariable int amount, HttpServletRequest request) {
		return created(new Item("path", amount), request);
	}

	private ResponseEntity<Item> created(Item item, HttpServletRequest request) {
		this.executions.enter(request);
		return ResponseEntity.status(HttpStatus.CREATED).body(item);
	}

	/**
	 * The validation of the time before Spring 6.1, by a proxy around the handler.
	 */
	@RestController
	@RequestMapping("/validation/proxied/")
	@Idempotent
	@Validated
	public static class Proxied {

		private final Executions executions;

		Proxied(Executions executions) {
			this.executions = executions;
		}

		@PostMapping("parameter")
		public ResponseEntity<Item> constrained(HttpServletRequest request, @RequestParam @Min(1) int amount) {
			this.executions.enter(request);
			return ResponseEntity.status(HttpStatus.CREATED).body(new Item("proxied", amount));
		}

		@ExceptionHandler
		public ResponseEntity<String> invalid(ConstraintViolationException exception) {
			return ResponseEntity.badRequest().body("invalid");
		}

	}

	/**
	 * What comes in.
	 *
	 * @param name not blank
	 * @param amount at least one
	 */
	public record Item(@NotBlank String name, @Min(1) int amount) {
	}

}
