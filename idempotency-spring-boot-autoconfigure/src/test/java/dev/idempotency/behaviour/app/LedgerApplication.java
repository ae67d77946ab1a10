package dev.idempotency.behaviour.app;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * An application whose operations are transactional.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({ Executions.class, Ledger.class, LedgerController.class, ErrorAdvice.class, LedgerFilters.class })
public class LedgerApplication {

	/**
	 * Starts the application as a program of its own.
	 * @param arguments its configuration
	 */
	public static void main(String[] arguments) {
		SpringApplication.run(LedgerApplication.class, arguments);
	}

}
