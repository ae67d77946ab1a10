package dev.idempotency.test.slice;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * An application with a database and operations that need it.
 */
@SpringBootApplication
class PaymentsApplication {

}
