package dev.idempotency.behaviour;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

import dev.idempotency.IdempotencyBodyTooLargeException;
import dev.idempotency.IdempotencyKey;
import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.engine.IdempotencyListener;
import dev.idempotency.engine.Outcome;
import dev.idempotency.repository.RecordId;
import dev.idempotency.web.IdempotencyFingerprintResolver;
import dev.idempotency.web.IdempotencyKeyResolver;
import dev.idempotency.web.IdempotencyReplayPolicy;
import dev.idempotency.web.StandardFingerprintResolver;
import dev.idempotency.web.StandardReplayPolicy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application decides by beans of its own.
 */
class ExtensionTests {

	private static TestApplication application;

	@BeforeAll
	static void start() {
		application = TestApplication.start(ExtendedApplication.class, Store.MEMORY.properties("extended"));
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	@DisplayName("1.2 a key resolver takes the key from a field of the body, which the handler still gets")
	void keyFromBody() {
		String body = "{\"item\":\"book\",\"quantity\":2,\"requestId\":\"%s\"}".formatted(UUID.randomUUID());
		Call call = Call.post(application, "/orders").json(body);
		Answer first = call.send().assertFirst(201);
		assertThat(first.text()).contains("book");
		call.send().assertReplayOf(first);
		call.sendChunked().assertReplayOf(first);
		call.json(body.replace("book", "pen")).send().assertProblem(422, "key-reused");
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("1.5 what a key resolver returns is checked like the header")
	void keyFromBodyIsChecked() {
		Call call = Call.post(application, "/orders");
		call.json("{\"item\":\"book\",\"quantity\":2,\"requestId\":\"a\\tb\"}")
			.send()
			.assertProblem(400, "key-malformed");
		call.json("{\"item\":\"book\",\"quantity\":2}").send().assertProblem(400, "key-missing");
		call.json("{\"item\":").send().assertFirst(400);
		assertThat(call.executions()).isZero();
	}

	@Test
	@DisplayName("1.3 what a key resolver returns may have the characters of a quoted key")
	void keyFromBodyNeedsNoQuotes() {
		Call call = Call.post(application, "/orders")
			.json("{\"item\":\"book\",\"quantity\":2,\"requestId\":\"%s, \\\"b\\\"; \\\\\"}"
				.formatted(UUID.randomUUID()));
		Answer first = call.send().assertFirst(201);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("1.2 a key resolver can leave the header to the parser of the operation")
	void keyFromHeader() {
		Call call = Call.order(application);
		Answer first = call.send().assertFirst(201);
		call.send().assertReplayOf(first);
		call.header("Idempotency-Key", "\"").send().assertProblem(400, "key-malformed");
	}

	@Test
	@DisplayName("3.1 a fingerprint resolver leaves out a field of the body and adds a header")
	void fingerprint() {
		String body = "{\"item\":\"book\",\"quantity\":2,\"sentAt\":\"%s\"}";
		Call call = Call.order(application);
		Answer first = call.json(body.formatted("12:00:00")).send().assertFirst(201);
		call.json(body.formatted("12:00:01")).send().assertReplayOf(first);
		call.json(body.formatted("12:00:02")).header("X-Channel", "shop").send().assertProblem(422, "key-reused");
		call.json("[]").send().assertFirst(400);
		call.json(body.formatted("12:00:02").replace("2", "3")).send().assertProblem(422, "key-reused");
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("3.1 a fingerprint resolver can add to the standard one")
	void standardFingerprint() {
		Call call = Call.post(application, "/instant").key(UUID.randomUUID().toString());
		Answer first = call.header("X-Channel", "shop").send().assertFirst(200);
		call.header("X-Channel", "shop").send().assertReplayOf(first);
		call.header("X-Channel", "phone").send().assertProblem(422, "key-reused");
		call.header("X-Channel", "shop").target("/instant?a").send().assertProblem(422, "key-reused");
	}

	@Test
	@DisplayName("2.15 a replay policy sees operation, status and result, and frees the key")
	void replayPolicy() {
		Call call = Call.post(application, "/respond/unless-pending").key(UUID.randomUUID().toString());
		call.send().assertFirst(201);
		call.send().assertFirst(201);
		Answer third = call.send().assertFirst(201);
		assertThat(third.text()).contains("\"run\":3");
		call.send().assertReplayOf(third);
		assertThat(call.executions()).isEqualTo(3);
	}

	@Test
	@DisplayName("1.2 a listener is told of the outcomes")
	void listener() {
		RecordingListener listener = application.context().getBean(RecordingListener.class);
		Call call = Call.post(application, "/optional").key(UUID.randomUUID().toString());
		call.send();
		call.send();
		call.withoutKey().send();
		assertThat(listener.outcomes("order-controller-optional")).containsExactly(Outcome.MISS, Outcome.HIT,
				Outcome.KEYLESS);
	}

	@Test
	@DisplayName("3.7 an exception handler of the application takes a refusal over")
	void exceptionHandler() {
		Call call = Call.order(application).body(new byte[1 << 20 | 1]);
		Answer refusal = call.send().assertFirst(413);
		assertThat(refusal.text()).isEqualTo("IdempotencyBodyTooLargeException");
		assertThat(call.executions()).isZero();
	}

	@Test
	@DisplayName("3.3 with fingerprint.canonical-json, white space and order of members do not count, values do")
	void canonicalJson() {
		TestApplication canonical = TestApplication.shared(Store.MEMORY, "idempotency.fingerprint.canonical-json=true");
		Call call = Call.order(canonical);
		Answer first = call.json("{\"item\":\"book\",\"quantity\":2}").send().assertFirst(201);
		call.json("{ \"quantity\": 2, \"item\": \"book\" }").send().assertReplayOf(first);
		call.header("Content-Type", "application/vnd.order+json").send().assertProblem(422, "key-reused");
		call.json("{\"item\":\"book\",\"quantity\":2.0}").send().assertProblem(422, "key-reused");
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("3.3 with fingerprint.canonical-json, a name is what it is without escapes, and its last value counts")
	void canonicalJsonOfNamesThatOccurTwice() {
		TestApplication canonical = TestApplication.shared(Store.MEMORY, "idempotency.fingerprint.canonical-json=true");
		Call call = Call.post(canonical, "/things/1").key(UUID.randomUUID().toString());
		Answer first = call.json("{\"amount\":1,\"\\u0061mount\":100}").send().assertFirst(202);
		call.json("{\"\\u0061mount\":100,\"amount\":1}").send().assertProblem(422, "key-reused");
		call.json("{\"amount\":1}").send().assertProblem(422, "key-reused");
		call.json("{\"\\u0061mount\":100}").send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	/**
	 * The application with beans of its own.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import({ OrdersApplication.class, RefusalAdvice.class })
	static class ExtendedApplication {

		private static final ObjectMapper JSON = new ObjectMapper();

		/** The header, or else the field {@code requestId} of a JSON body. */
		@Bean
		IdempotencyKeyResolver bodyKeyResolver() {
			return (request, operation) -> {
				IdempotencyKey header = operation.keyParser().parse(request);
				if (header != null) {
					return header.value();
				}
				return JSON.readTree(request.getReader()).path("requestId").textValue();
			};
		}

		/**
		 * Of an order all but {@code sentAt}; the header {@code X-Channel} of all
		 * requests.
		 */
		@Bean
		IdempotencyFingerprintResolver channelFingerprintResolver() {
			StandardFingerprintResolver standard = new StandardFingerprintResolver();
			return (request, operation, digest) -> {
				if (operation.operation().name().equals("order-controller-create")) {
					ObjectNode body = JSON.readValue(request.getInputStream(), ObjectNode.class);
					digest.add(JSON.writeValueAsBytes(body.without("sentAt")));
				}
				else {
					standard.resolve(request, operation, digest);
				}
				digest.add(request.getHeader("X-Channel"));
			};
		}

		/** Not before the third run. */
		@Bean
		IdempotencyReplayPolicy thirdRunReplayPolicy() {
			StandardReplayPolicy standard = new StandardReplayPolicy();
			return (operation, status, result) -> standard.isRecordable(operation, status, result)
					&& (!operation.operation().name().equals("respond-controller-unless-pending")
							|| String.valueOf(result).contains("run=3"));
		}

		@Bean
		RecordingListener recordingListener() {
			return new RecordingListener();
		}

	}

	/**
	 * Renders one refusal in the application's own way.
	 */
	@RestControllerAdvice
	static class RefusalAdvice {

		@ExceptionHandler
		ResponseEntity<String> refused(IdempotencyBodyTooLargeException refusal) {
			return ResponseEntity.status(refusal.getStatusCode())
				.headers(refusal.getHeaders())
				.body(refusal.getClass().getSimpleName());
		}

	}

	/**
	 * Keeps what it is told.
	 */
	static final class RecordingListener implements IdempotencyListener {

		private final List<String> operations = new CopyOnWriteArrayList<>();

		private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();

		@Override
		public synchronized void onRequest(String operation, Outcome outcome, @Nullable RecordId id, long nanos) {
			this.operations.add(operation);
			this.outcomes.add(outcome);
		}

		synchronized List<Outcome> outcomes(String operation) {
			List<Outcome> found = new ArrayList<>();
			for (int i = 0; i < this.operations.size(); i++) {
				if (this.operations.get(i).equals(operation)) {
					found.add(this.outcomes.get(i));
				}
			}
			return found;
		}

	}

}
