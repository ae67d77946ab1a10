package dev.idempotency.faults;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.JdbcTemplateAutoConfiguration;
import org.springframework.boot.autoconfigure.transaction.TransactionAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

import dev.idempotency.Idempotent;
import dev.idempotency.autoconfigure.IdempotencyAutoConfiguration;

/**
 * The application that the faults happen to, in processes of its own. Each run of its
 * handler writes one row, and answers with what nobody else will: the name of the run and
 * random bytes. It is configured by what it needs of the class path of all tests, and so
 * starts in half of the time.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@ImportAutoConfiguration({ PropertyPlaceholderAutoConfiguration.class, JacksonAutoConfiguration.class,
		HttpMessageConvertersAutoConfiguration.class, ServletWebServerFactoryAutoConfiguration.class,
		DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class, ErrorMvcAutoConfiguration.class,
		DataSourceAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
		JdbcTemplateAutoConfiguration.class, TransactionAutoConfiguration.class, RedisAutoConfiguration.class,
		IdempotencyAutoConfiguration.class })
@Import({ Application.LeaseController.class, Application.TransactionalController.class, StepController.class,
		Sabotage.class })
class Application {

	/** What a request that is not counted is sent to. */
	static final String PROBE = "/probe";

	@SuppressWarnings("checkstyle:SpringMethodVisibility") // Called by the virtual
															// machine
	public static void main(String[] arguments) {
		SpringApplication.run(Application.class, arguments);
	}

	/**
	 * The effects of operations without transaction are in a database of their own, which
	 * no fault happens to.
	 */
	@Bean
	@ConditionalOnProperty("faults.effects")
	Operations operations(Environment environment) {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(environment.getRequiredProperty("faults.effects"));
		return new Operations(new JdbcTemplate(dataSource), environment);
	}

	@Bean
	@ConditionalOnMissingBean
	Operations transactionalOperations(JdbcTemplate jdbc, Environment environment) {
		return new Operations(jdbc, environment);
	}

	/**
	 * What handlers do.
	 */
	static final class Operations {

		private static final int LARGEST_PADDING = 4000;

		private static final int LONGEST_PAUSE_MILLIS = 100;

		private final JdbcTemplate jdbc;

		private final String node;

		private final long slowMillis;

		Operations(JdbcTemplate jdbc, Environment environment) {
			this.jdbc = jdbc;
			this.node = environment.getRequiredProperty("faults.node");
			Duration lease = Duration.parse(environment.getRequiredProperty("idempotency.lease"));
			this.slowMillis = Setup.slow(lease).toMillis();
		}

		ResponseEntity<byte[]> run(Kind kind, String key) {
			ThreadLocalRandom random = ThreadLocalRandom.current();
			UUID execution = UUID.randomUUID();
			boolean fails = kind == Kind.FLAKY && random.nextBoolean();
			pause(random.nextInt(LONGEST_PAUSE_MILLIS));
			this.jdbc.update(
					"insert into effect (execution, operation_key, failed, process, node) values (?, ?, ?, ?, ?)",
					execution, UUID.fromString(key), fails, ProcessHandle.current().pid(), this.node);
			pause((kind != Kind.SLOW) ? random.nextInt(LONGEST_PAUSE_MILLIS) : this.slowMillis);
			if (kind == Kind.THROWN) {
				throw new ResponseStatusException(HttpStatus.valueOf(kind.status()));
			}
			if (fails) {
				return ResponseEntity.internalServerError().header("X-Purpose", "true").build();
			}
			byte[] body = new byte[Attempt.EXECUTION_LENGTH + random.nextInt(LARGEST_PADDING)];
			random.nextBytes(body);
			ByteBuffer.wrap(body)
				.putLong(execution.getMostSignificantBits())
				.putLong(execution.getLeastSignificantBits());
			return ResponseEntity.status(kind.status())
				.location(URI.create("/effects/" + execution))
				.contentType(MediaType.APPLICATION_OCTET_STREAM)
				.body(body);
		}

		private static void pause(long millis) {
			try {
				Thread.sleep(millis);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException(ex);
			}
		}

	}

	/**
	 * Operations that hold a lease.
	 */
	@RestController
	@ConditionalOnProperty("faults.effects")
	static final class LeaseController {

		private final Operations operations;

		LeaseController(Operations operations) {
			this.operations = operations;
		}

		@PostMapping("/operations/{kind}")
		@Idempotent
		ResponseEntity<byte[]> run(@PathVariable Kind kind, @RequestHeader("Idempotency-Key") String key,
				@RequestBody byte[] body) {
			return this.operations.run(kind, key);
		}

		@PostMapping(PROBE)
		@Idempotent
		void probe() {
			// The claim is all there is to it
		}

	}

	/**
	 * The same in transactions.
	 */
	@RestController
	@ConditionalOnProperty(name = "faults.effects", matchIfMissing = true, havingValue = "false")
	static final class TransactionalController {

		private final Operations operations;

		TransactionalController(Operations operations) {
			this.operations = operations;
		}

		@PostMapping("/operations/{kind}")
		@Idempotent(transactional = true)
		ResponseEntity<byte[]> run(@PathVariable Kind kind, @RequestHeader("Idempotency-Key") String key,
				@RequestBody byte[] body) {
			return this.operations.run(kind, key);
		}

		@PostMapping(PROBE)
		@Idempotent(transactional = true)
		void probe() {
			// The claim is all there is to it
		}

	}

}
