package dev.idempotency.documentation;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.validation.Valid;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.ResponseStatusException;

import dev.idempotency.IdempotencyEvent;
import dev.idempotency.IdempotencyException;
import dev.idempotency.Idempotent;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.web.IdempotencyFingerprintResolver;
import dev.idempotency.web.IdempotencyReplayPolicy;
import dev.idempotency.web.IdempotencyScopeResolver;
import dev.idempotency.web.PrincipalScopeResolver;
import dev.idempotency.web.StandardFingerprintResolver;
import dev.idempotency.web.StandardReplayPolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Runs the code that the other pages of the documentation show.
 */
@ExtendWith(OutputCaptureExtension.class)
class ExamplesTests {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private static TestApplication application;

	@BeforeAll
	static void start() {
		application = TestApplication.start(ExamplesApplication.class,
				List.of("idempotency.repository=jdbc", "spring.datasource.url=jdbc:h2:mem:examples;DB_CLOSE_DELAY=-1"));
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	void transactionalPaymentsAreMadeOnce() {
		String key = UUID.randomUUID().toString();
		HttpResponse<String> first = send("/payments", key, "{\"amount\":5}");
		assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
		assertThat(send("/payments", key, "{\"amount\":5}").body()).isEqualTo(first.body());
	}

	@Test
	void pendingTransfersAndDraftsAreNotRecorded() {
		assertThat(isReplayed("/transfers", "{\"state\":\"DONE\"}")).isTrue();
		assertThat(isReplayed("/transfers", "{\"state\":\"PENDING\"}")).isFalse();
		assertThat(isReplayed("/drafts", "{}")).isFalse();
	}

	@Test
	void refusalsAreRenderedByTheAdvice() {
		HttpResponse<String> refused = send("/drafts", "\"", "{}");
		assertThat(refused.statusCode()).isEqualTo(400);
		assertThat(refused.body()).isEqualTo("{\"error\":\"IdempotencyKeyMalformedException\"}");
	}

	@Test
	void anEntryOfTheOldSolutionIsAnswered() {
		String key = UUID.randomUUID().toString();
		application.context().getBean(Requests.class).insert(key, "old payment");
		assertThat(send("/legacy-payments", key, "{}").body()).isEqualTo("old payment");
		assertThat(send("/legacy-payments", key, "{}").headers().firstValue("Idempotent-Replayed")).hasValue("true");
		assertThat(send("/legacy-payments", UUID.randomUUID().toString(), "{}").body()).isEqualTo("payment of {}");
	}

	@Test
	void aMisconfigurationIsAnalysedAsShown(CapturedOutput output) {
		String analysis = Page.of("docs/errors.md").blocks("text").get(0);
		assertThatException().isThrownBy(() -> TestApplication.start(ExamplesApplication.class,
				List.of("idempotency.repository=memory", "idempotency.key.pattern=[")));
		assertThat(output.getAll()).contains(analysis);
	}

	private static boolean isReplayed(String path, String body) {
		String key = UUID.randomUUID().toString();
		send(path, key, body);
		return send(path, key, body).headers().firstValue("Idempotent-Replayed").isPresent();
	}

	private static HttpResponse<String> send(String path, String key, String body) {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + application.port() + path))
			.header("Content-Type", "application/json")
			.header("X-Channel", "shop")
			.header("X-Tenant", "acme")
			.header("Idempotency-Key", key)
			.POST(BodyPublishers.ofString(body))
			.build();
		try {
			return CLIENT.send(request, BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@Import({ PaymentController.class, TransferController.class, LegacyController.class, Payments.class, Requests.class,
			RefusalAdvice.class, Alerts.class })
	static class ExamplesApplication {

		@Bean
		IdempotencyScopeResolver scopeResolver() {
			PrincipalScopeResolver user = new PrincipalScopeResolver();
			return (request) -> {
				String tenant = request.getHeader("X-Tenant");
				if (tenant == null) {
					throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "No tenant");
				}
				return tenant + "/" + user.resolve(request);
			};
		}

		/** The header "X-Channel" of a retry must be equal too. */
		@Bean
		IdempotencyFingerprintResolver fingerprintResolver() {
			StandardFingerprintResolver standard = new StandardFingerprintResolver();
			return (request, operation, digest) -> {
				standard.resolve(request, operation, digest);
				digest.add(request.getHeader("X-Channel"));
			};
		}

		@Bean
		IdempotencyReplayPolicy replayPolicy() {
			StandardReplayPolicy standard = new StandardReplayPolicy();
			return (operation, status, result) -> standard.isRecordable(operation, status, result)
					&& !(result instanceof Draft);
		}

	}

	@RestController
	@RequestMapping("/payments")
	static class PaymentController {

		private final Payments payments;

		PaymentController(Payments payments) {
			this.payments = payments;
		}

		@PostMapping
		@Idempotent(transactional = true)
		ResponseEntity<Payment> create(@Valid @RequestBody PaymentRequest request) {
			Payment payment = this.payments.create(request); // @Transactional, takes part
			return ResponseEntity.created(URI.create("/payments/" + payment.id())).body(payment);
		}

	}

	@RestController
	static class TransferController {

		@PostMapping("/transfers")
		@Idempotent(unless = "#result?.state == 'PENDING'")
		Transfer create(@RequestBody NewTransfer transfer) {
			return new Transfer(transfer.state());
		}

		@PostMapping("/drafts")
		@Idempotent
		Draft draft() {
			return new Draft("draft");
		}

	}

	@RestController
	static class LegacyController {

		private final Requests requests;

		private final Payments payments;

		LegacyController(Requests requests, Payments payments) {
			this.requests = requests;
			this.payments = payments;
		}

		@PostMapping("/legacy-payments")
		@Idempotent(unless = "#status == 409")
		ResponseEntity<String> create(@RequestHeader("Idempotency-Key") String key, @RequestBody String request) {
			Optional<String> earlier = this.requests.find(key);
			if (earlier.isPresent()) {
				return ResponseEntity.status(HttpStatus.CREATED).body(earlier.get());
			}
			String payment = this.payments.create(request);
			this.requests.insert(key, payment);
			return ResponseEntity.status(HttpStatus.CREATED).body(payment);
		}

	}

	@RestControllerAdvice
	static class RefusalAdvice {

		@ExceptionHandler
		ResponseEntity<Map<String, Object>> refused(IdempotencyException refusal) {
			return ResponseEntity.status(refusal.getStatusCode())
				.headers(refusal.getHeaders())
				.body(Map.of("error", refusal.getClass().getSimpleName()));
		}

	}

	@Component
	static class Alerts {

		@EventListener
		void on(IdempotencyEvent.LeaseLost event) {
			// event.operation(), event.recordId()
		}

	}

	/**
	 * Makes payments.
	 */
	static class Payments {

		Payment create(PaymentRequest request) {
			return new Payment(UUID.randomUUID(), request.amount());
		}

		String create(String request) {
			return "payment of " + request;
		}

	}

	/**
	 * The table of a hand-written solution.
	 */
	static class Requests {

		private final Map<String, String> responses = new ConcurrentHashMap<>();

		Optional<String> find(String key) {
			return Optional.ofNullable(this.responses.get(key));
		}

		void insert(String key, String response) {
			this.responses.put(key, response);
		}

	}

	record PaymentRequest(long amount) {
	}

	record Payment(UUID id, long amount) {
	}

	record NewTransfer(String state) {
	}

	record Transfer(String state) {
	}

	record Draft(String text) {
	}

}
