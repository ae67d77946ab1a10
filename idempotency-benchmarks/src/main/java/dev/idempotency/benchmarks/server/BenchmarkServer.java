package dev.idempotency.benchmarks.server;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Map;

import com.sun.management.ThreadMXBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;

/**
 * The application that is measured, in a process of its own: the same handlers bare,
 * behind the floors, and idempotent, for whatever repository it is started with.
 */
@SpringBootApplication
public class BenchmarkServer {

	/** What the server logs before its port when it is ready. */
	public static final String READY = "ready on port ";

	private static final Logger logger = LoggerFactory.getLogger(BenchmarkServer.class);

	/**
	 * Starts the server on a free port.
	 * @param args properties of Spring Boot
	 */
	public static void main(String[] args) {
		SpringApplication application = new SpringApplication(BenchmarkServer.class);
		application.setDefaultProperties(Map.of("server.port", "0", "server.tomcat.max-keep-alive-requests", "-1",
				"spring.main.banner-mode", "off", "spring.application.name", "benchmark"));
		application.run(args);
	}

	@EventListener
	void ready(ApplicationReadyEvent event) {
		if (event.getApplicationContext() instanceof ServletWebServerApplicationContext context) {
			logger.info("{}{}", READY, context.getWebServer().getPort());
		}
	}

	/**
	 * A request to pay.
	 *
	 * @param amount minor units
	 * @param currency ISO 4217
	 * @param reference what for
	 */
	record Payment(long amount, String currency, String reference) {
	}

	/**
	 * A payment that was made, of some 300 bytes as JSON.
	 *
	 * @param id its identity
	 * @param payment what was asked for
	 * @param status its state
	 * @param links further resources
	 */
	record Receipt(long id, Payment payment, String status, Map<String, String> links) {

		static Receipt of(long id, Payment payment) {
			String self = "https://payments.example/payments/" + id;
			return new Receipt(id, payment, "accepted",
					Map.of("self", self, "refunds", self + "/refunds", "receipt", self + "/receipt.pdf"));
		}

	}

	@RestController
	static class Payments {

		private static final long ID = 1_234_567;

		@PostMapping({ "/bare", "/floor" })
		@ResponseStatus(HttpStatus.CREATED)
		Receipt bare(@RequestBody Payment payment) {
			return Receipt.of(ID, payment);
		}

		@PostMapping("/ours")
		@ResponseStatus(HttpStatus.CREATED)
		@Idempotent
		Receipt ours(@RequestBody Payment payment) {
			return Receipt.of(ID, payment);
		}

		@PostMapping("/sized")
		@ResponseStatus(HttpStatus.CREATED)
		@Idempotent
		byte[] sized(@RequestBody Payment payment, @RequestParam int size) {
			return new byte[size];
		}

		/** Bytes on the heap that are in use. */
		@GetMapping("/used")
		long used() {
			MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
			memory.gc();
			return memory.getHeapMemoryUsage().getUsed();
		}

		/** Bytes that the threads which are alive have allocated. */
		@GetMapping("/allocated")
		long allocated() {
			ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
			long sum = 0;
			for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
				sum += Math.max(bytes, 0);
			}
			return sum;
		}

	}

	/**
	 * Payments that are rows. Only where there is a database for them.
	 */
	@RestController
	@OnPostgres
	static class StoredPayments {

		private static final String INSERT = "insert into payment (amount, currency, reference) values (?, ?, ?)"
				+ " returning id";

		private final JdbcTemplate jdbc;

		private final TransactionTemplate transaction;

		StoredPayments(JdbcTemplate jdbc, PlatformTransactionManager transactionManager) {
			this.jdbc = jdbc;
			this.transaction = new TransactionTemplate(transactionManager);
			jdbc.execute("create table if not exists payment (id bigserial primary key, amount bigint,"
					+ " currency text, reference text)");
		}

		@PostMapping("/bare-transaction")
		@ResponseStatus(HttpStatus.CREATED)
		Receipt bare(@RequestBody Payment payment) {
			return this.transaction.execute((status) -> insert(payment));
		}

		@PostMapping("/ours-transaction")
		@ResponseStatus(HttpStatus.CREATED)
		@Idempotent(transactional = true)
		Receipt ours(@RequestBody Payment payment) {
			return insert(payment);
		}

		private Receipt insert(Payment payment) {
			Long id = this.jdbc.queryForObject(INSERT, Long.class, payment.amount(), payment.currency(),
					payment.reference());
			return Receipt.of((id != null) ? id : 0, payment);
		}

	}

}
