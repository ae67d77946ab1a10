package dev.idempotency.behaviour.app;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * An application whose operations are transactional and work through JPA.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({ Executions.class, JpaLedger.class, LedgerController.class, ErrorAdvice.class, LedgerFilters.class })
public class JpaLedgerApplication {

}
