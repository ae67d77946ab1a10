package dev.idempotency.behaviour.app;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * An application whose operations are transactional.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({ Executions.class, Ledger.class, LedgerController.class, ErrorAdvice.class })
public class LedgerApplication {

}
