package dev.idempotency.autoconfigure;

import java.net.URI;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Profile;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;
import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;

/**
 * A small application to process ahead of time, and to start as a program of its own.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(AotApplication.PaymentController.class)
public class AotApplication {

	@Bean
	@Profile("own")
	IdempotencyRepository ownRepository() {
		return new MemoryIdempotencyRepository(10, Clock.systemUTC());
	}

	public static void main(String[] args) {
		SpringApplication.run(AotApplication.class, args);
	}

	/**
	 * Answers with the number of its execution.
	 */
	@RestController
	static class PaymentController {

		private final AtomicInteger executions = new AtomicInteger();

		@PostMapping("/payments")
		@Idempotent(unless = "#result.isLessThan(#status, 200) or #result.state.open")
		Callable<ResponseEntity<Payment>> create(@RequestParam boolean open) {
			int execution = this.executions.incrementAndGet();
			return () -> ResponseEntity.created(URI.create("/payments/" + execution))
				.body(new Payment(execution, new State(open)));
		}

	}

	public record Payment(int execution, State state) {

		public boolean isLessThan(int status, int other) {
			return status < other;
		}

	}

	public record State(boolean open) {
	}

}
