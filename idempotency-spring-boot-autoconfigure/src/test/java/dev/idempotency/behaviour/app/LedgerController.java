package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.net.URI;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import dev.idempotency.Idempotent;

/**
 * Operations that book an entry under the name of the case, and then end in all possible
 * ways.
 */
@RestController
@RequestMapping("/entries")
@Idempotent(transactional = true)
public class LedgerController {

	private final Executions executions;

	private final Ledger ledger;

	LedgerController(Executions executions, Ledger ledger) {
		this.executions = executions;
		this.ledger = ledger;
	}

	@PostMapping
	ResponseEntity<Map<String, Object>> create(@RequestBody OrderController.NewOrder order,
			HttpServletRequest request) {
		return book(201, order, request);
	}

	@PostMapping({ "/status/{status}", "/wrapped/{status}" })
	ResponseEntity<Map<String, Object>> createWithStatus(@PathVariable int status,
			@RequestBody OrderController.NewOrder order, HttpServletRequest request) {
		return book(status, order, request);
	}

	@PostMapping("/unless")
	@Idempotent(transactional = true, unless = "#result['item'] == 'book'")
	ResponseEntity<Map<String, Object>> createUnless(@RequestBody OrderController.NewOrder order,
			HttpServletRequest request) {
		return book(201, order, request);
	}

	@PostMapping("/wait")
	@Idempotent(operation = "waiting", transactional = true)
	ResponseEntity<Map<String, Object>> createAndLetWait(@RequestBody OrderController.NewOrder order,
			HttpServletRequest request) {
		return book(201, order, request);
	}

	private ResponseEntity<Map<String, Object>> book(int status, OrderController.NewOrder order,
			HttpServletRequest request) {
		String id = this.ledger.book(name(request));
		this.executions.enter(request);
		return ResponseEntity.status(status)
			.location(URI.create("/entries/" + id))
			.eTag("\"" + id + "\"")
			.body(Map.of("id", id, "item", order.item()));
	}

	private static String name(HttpServletRequest request) {
		return String.valueOf(request.getHeader("X-Case"));
	}

	@PostMapping("/throw/{status}")
	void createAndThrow(@PathVariable int status, HttpServletRequest request) {
		this.ledger.book(name(request));
		throw new ResponseStatusException(status, "Run " + this.executions.enter(request), null);
	}

	/** The first one is rejected, the others are not. */
	@PostMapping("/reject-first")
	ResponseEntity<Map<String, Object>> rejectFirst(@RequestBody OrderController.NewOrder order,
			HttpServletRequest request) {
		ResponseEntity<Map<String, Object>> response = book(201, order, request);
		if (this.executions.count(name(request)) == 1) {
			throw new RejectedException();
		}
		return response;
	}

	@ExceptionHandler
	ResponseEntity<String> reject(RejectedException exception, HttpServletRequest request) {
		this.executions.pass(name(request) + "-rejected");
		return ResponseEntity.status(HttpStatus.CONFLICT).body("rejected");
	}

	@PostMapping("/send-error/{status}")
	void createAndSendError(@PathVariable int status, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		this.ledger.book(name(request));
		response.sendError(status, "Run " + this.executions.enter(request));
	}

	@PostMapping("/exception")
	void createAndFail(HttpServletRequest request) {
		this.ledger.book(name(request));
		this.executions.enter(request);
		throw new IllegalStateException("on purpose");
	}

	@PostMapping("/error")
	void createAndBreak(HttpServletRequest request) {
		this.ledger.book(name(request));
		this.executions.enter(request);
		throw new AssertionError("on purpose");
	}

	@PostMapping("/read-receipts")
	ResponseEntity<Map<String, Object>> readReceipts(@RequestBody OrderController.NewOrder order,
			HttpServletRequest request) {
		ResponseEntity<Map<String, Object>> response = book(201, order, request);
		this.ledger.readReceipts();
		return response;
	}

	/** Somebody who took part wants it undone, but the handler does not care. */
	@PostMapping("/swallow")
	ResponseEntity<Map<String, Object>> swallow(@RequestBody OrderController.NewOrder order,
			HttpServletRequest request) {
		try {
			this.ledger.bookAndFail(name(request));
		}
		catch (IllegalStateException ex) {
			// On purpose
		}
		return book(201, order, request);
	}

	/** The database refuses the commit, or already the statement. */
	@PostMapping("/constraint")
	ResponseEntity<Map<String, Object>> constraint(@RequestBody OrderController.NewOrder order,
			HttpServletRequest request) {
		ResponseEntity<Map<String, Object>> response = book(201, order, request);
		this.ledger.giveReceiptForNothing();
		return response;
	}

	@PostMapping({ "/before-commit", "/wrapped-before-commit" })
	ResponseEntity<Map<String, Object>> beforeCommit(@RequestBody OrderController.NewOrder order,
			HttpServletRequest request) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void beforeCommit(boolean readOnly) {
				throw new IllegalStateException("No commit, on purpose");
			}

		});
		return book(201, order, request);
	}

	@PostMapping("/after-commit")
	ResponseEntity<Map<String, Object>> afterCommit(@RequestBody OrderController.NewOrder order,
			HttpServletRequest request) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				throw new IllegalStateException("Too late, on purpose");
			}

		});
		return book(201, order, request);
	}

	@PostMapping("/requires-new/{status}")
	ResponseEntity<Map<String, Object>> requiresNew(@PathVariable int status,
			@RequestBody OrderController.NewOrder order, HttpServletRequest request) {
		this.ledger.bookAlways(name(request) + "-always");
		return book(status, order, request);
	}

	/** More than can be recorded, as a result. */
	@PostMapping("/large")
	byte[] large(HttpServletRequest request) {
		this.ledger.book(name(request));
		this.executions.enter(request);
		return new byte[3_000_000];
	}

	/** More than can be recorded, written before the work is done. */
	@PostMapping("/large-early/{status}")
	void largeEarly(@PathVariable int status, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		response.setStatus(status);
		for (int i = 0; i < 30; i++) {
			response.getOutputStream().write(new byte[100_000]);
		}
		this.ledger.book(name(request));
		this.executions.enter(request);
	}

	@PostMapping("/start-async")
	void startAsync(HttpServletRequest request) {
		this.ledger.book(name(request));
		this.executions.enter(request);
		request.startAsync();
	}

	/** Whether a transaction is left on the thread that serves this. */
	@GetMapping("/leftover")
	boolean leftover() {
		return TransactionSynchronizationManager.isActualTransactionActive()
				|| TransactionSynchronizationManager.isSynchronizationActive();
	}

	private static final class RejectedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

}
