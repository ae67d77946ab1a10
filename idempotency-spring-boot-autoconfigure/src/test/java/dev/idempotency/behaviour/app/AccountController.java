package dev.idempotency.behaviour.app;

import java.net.URI;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * Resources that change.
 */
@RestController
@RequestMapping("/accounts")
public class AccountController {

	private final Executions executions;

	private final Map<String, Account> accounts = new ConcurrentHashMap<>();

	AccountController(Executions executions) {
		this.executions = executions;
	}

	@PostMapping
	@Idempotent
	ResponseEntity<Account> open(@RequestBody Account account, HttpServletRequest request) {
		this.executions.enter(request);
		String id = UUID.randomUUID().toString();
		this.accounts.put(id, account);
		return ResponseEntity.created(URI.create("/accounts/" + id)).body(account);
	}

	@GetMapping("/{id}")
	ResponseEntity<Account> find(@PathVariable String id) {
		return ResponseEntity.ofNullable(this.accounts.get(id));
	}

	@PutMapping("/{id}")
	Account change(@PathVariable String id, @RequestBody Account account) {
		this.accounts.put(id, account);
		return account;
	}

	@DeleteMapping("/{id}")
	ResponseEntity<Void> close(@PathVariable String id) {
		this.accounts.remove(id);
		return ResponseEntity.noContent().build();
	}

	/**
	 * A resource.
	 *
	 * @param owner whose it is
	 */
	public record Account(String owner) {
	}

}
