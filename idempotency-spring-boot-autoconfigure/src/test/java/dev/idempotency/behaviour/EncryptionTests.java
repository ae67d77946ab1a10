package dev.idempotency.behaviour;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.springframework.jdbc.core.JdbcTemplate;

import dev.idempotency.behaviour.app.Executions.Gate;
import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.behaviour.app.RespondController.Wanted;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sections 5 and 7 of the behaviour: records that are encrypted.
 */
class EncryptionTests {

	private static final String OLD = "2025";

	private static final String NEW = "2026-AES-256";

	@ParameterizedTest
	@EnumSource(names = "MEMORY", mode = Mode.EXCLUDE)
	@DisplayName("7.5 no byte of the response, no header value and no plain hash of the body is in the store")
	void nothingIsReadable(Store store) throws NoSuchAlgorithmException {
		String secret = UUID.randomUUID().toString();
		try (TestApplication application = start(store, "nothing_readable", NEW)) {
			StoredRecords before = StoredRecords.of(application, store);
			Call call = ReplayTests.respond(application,
					new Wanted(201, Map.of("X-Account", List.of(secret)), "account " + secret));
			Answer first = call.send().assertFirst(201);
			assertThat(first.text()).contains(secret);
			call.send().assertReplayOf(first);
			Operator operator = Operator.of(application);
			assertThat(operator.record(call).path("bodySize").asInt()).isEqualTo(first.body().length);
			JsonNode keys = Operator.json(operator.get("")).path("defaults").path("encryption.keys");
			assertThat(keys.toString()).isEqualTo("[\"" + NEW + "\"]");
			StoredRecords after = StoredRecords.of(application, store);
			after.assertOnlyAdded(1, before);
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(call.body());
			after.assertNone(before, secret.getBytes(StandardCharsets.UTF_8), hash,
					"X-Account".getBytes(StandardCharsets.UTF_8));
		}
	}

	@ParameterizedTest
	@EnumSource(names = "MEMORY", mode = Mode.EXCLUDE)
	@DisplayName("5.7 after a rotation of keys: replays and mismatches as before; without the old key 503, never a second run")
	void rotation(Store store) {
		String database = "rotation";
		List<Answer> answers = new ArrayList<>();
		Call beforeKeys;
		Call withOld;
		try (TestApplication plain = start(store, database)) {
			beforeKeys = Call.order(plain);
			answers.add(beforeKeys.send().assertFirst(201));
		}
		try (TestApplication old = start(store, database, OLD)) {
			withOld = Call.order(old);
			answers.add(withOld.send().assertFirst(201));
			beforeKeys.on(old).send().assertReplayOf(answers.get(0));
		}
		try (TestApplication rotated = start(store, database, NEW, OLD)) {
			beforeKeys.on(rotated).send().assertReplayOf(answers.get(0));
			withOld.on(rotated).send().assertReplayOf(answers.get(1));
			withOld.on(rotated).json("{}").send().assertProblem(422, "key-reused");
			Call withNew = Call.order(rotated);
			Answer first = withNew.send().assertFirst(201);
			withNew.send().assertReplayOf(first);
			withNew.json("{}").send().assertProblem(422, "key-reused");
		}
		for (String[] keys : new String[][] { { NEW }, {} }) {
			try (TestApplication lost = start(store, database, keys)) {
				withOld.on(lost).send().assertProblem(503, "repository-unavailable");
				withOld.on(lost).json("{}").send().assertProblem(503, "repository-unavailable");
				assertThat(withOld.on(lost).executions()).isZero();
				JsonNode record = Operator.of(lost).record(withOld);
				assertThat(record.path("state").asText()).isEqualTo("completed");
				assertThat(record.has("bodySize")).isFalse();
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = "MEMORY", mode = Mode.EXCLUDE)
	@DisplayName("5.13 instances with and without encryption on one store: replays, 409 or 503, and never 422")
	void switchedOn(Store store) {
		try (TestApplication plain = start(store, "switched_on");
				TestApplication encrypting = start(store, "switched_on", NEW);
				Together together = new Together()) {
			Call first = Call.order(plain);
			try (Gate gate = first.hold()) {
				Future<Answer> running = together.meanwhile(first::send);
				gate.awaitArrival();
				first.on(encrypting).send().assertProblem(409, "in-flight");
				gate.open();
				Answer answer = Together.get(running).assertFirst(201);
				first.on(encrypting).send().assertReplayOf(answer);
			}
			Call second = Call.order(encrypting);
			second.send().assertFirst(201);
			second.on(plain).send().assertProblem(503, "repository-unavailable");
			assertThat(second.on(plain).executions()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource(names = "MEMORY", mode = Mode.EXCLUDE)
	@DisplayName("7.5 with accept-plain: false, a plain record in the store is a 503, and those that are encrypted are replayed")
	void plainRecordsAreRefused(Store store) {
		String database = "plain_refused";
		Call plain;
		Call tooLarge;
		try (TestApplication application = start(store, database, List.of("idempotency.max-response-size=1B"))) {
			tooLarge = Call.order(application);
			tooLarge.send().assertFirst(201);
		}
		try (TestApplication application = start(store, database)) {
			plain = Call.order(application);
			plain.send().assertFirst(201);
		}
		try (TestApplication strict = start(store, database, List.of("idempotency.encryption.accept-plain=false"),
				NEW)) {
			for (Call call : List.of(plain, tooLarge)) {
				call.on(strict).send().assertProblem(503, "repository-unavailable");
				call.on(strict).json("{}").send().assertProblem(503, "repository-unavailable");
				assertThat(call.on(strict).executions()).isZero();
			}
			Call encrypted = Call.order(strict);
			Answer first = encrypted.send().assertFirst(201);
			encrypted.send().assertReplayOf(first);
		}
	}

	@Test
	@DisplayName("7.5 a plain response under an encrypted fingerprint is a 503 with accept-plain: false")
	void plainResponsesAreRefused() {
		try (TestApplication strict = start(Store.H2, "plain_response",
				List.of("idempotency.encryption.accept-plain=false"), NEW)) {
			Call call = Call.order(strict);
			call.send().assertFirst(201);
			strict.context()
				.getBean(JdbcTemplate.class)
				.update("update idempotency_record set response = ?", new byte[] { 1, 0, 'x' });
			call.send().assertProblem(503, "repository-unavailable");
		}
	}

	@Test
	@DisplayName("7.5 equal requests under two keys look different in the store")
	void equalRequestsLookDifferent() {
		try (TestApplication application = start(Store.H2, "look_different", NEW)) {
			Call.order(application).send().assertFirst(201);
			Call.order(application).send().assertFirst(201);
			assertThat(application.context()
				.getBean(JdbcTemplate.class)
				.queryForList("select fingerprint from idempotency_record", byte[].class)).hasSize(2)
				.doesNotHaveDuplicates();
		}
	}

	@Test
	@DisplayName("5.7 a stored response that was changed, cut short or moved to another record is a 503, never a second run")
	void tampering() {
		try (TestApplication application = start(Store.H2, "tampering", OLD)) {
			JdbcTemplate jdbc = application.context().getBean(JdbcTemplate.class);
			Call one = Call.order(application);
			one.send().assertFirst(201);
			byte[] stored = jdbc.queryForObject("select response from idempotency_record", byte[].class);
			assertThat(stored).isNotNull();
			byte[] changed = stored.clone();
			changed[changed.length - 1] ^= 1;
			for (byte[] wrong : List.of(changed, new byte[] { 2 }, new byte[] { 2, 4 }, new byte[] { 99 },
					Arrays.copyOf(stored, stored.length - 1), new byte[0])) {
				jdbc.update("update idempotency_record set response = ?", wrong);
				one.send().assertProblem(503, "repository-unavailable");
			}
			jdbc.update("update idempotency_record set response = ?, status = 200", stored);
			one.send().assertProblem(503, "repository-unavailable");
			jdbc.update("update idempotency_record set response = ?, status = 201", stored);
			assertThat(one.send().isReplay()).isTrue();
			Call other = Call.order(application);
			other.send().assertFirst(201);
			jdbc.update("update idempotency_record set response = ?", stored);
			assertThat(one.send().isReplay()).isTrue();
			other.send().assertProblem(503, "repository-unavailable");
			assertThat(one.executions() + other.executions()).isEqualTo(2);
		}
	}

	private static TestApplication start(Store store, String database, String... keys) {
		return start(store, database, List.of(), keys);
	}

	private static TestApplication start(Store store, String database, List<String> more, String... keys) {
		List<String> properties = new ArrayList<>(store.properties(database));
		properties.addAll(more);
		for (int i = 0; i < keys.length; i++) {
			byte[] secret = (keys[i] + "0123456789abcdef0123456789abcdef").substring(0, keys[i].equals(NEW) ? 32 : 16)
				.getBytes(StandardCharsets.US_ASCII);
			properties.add("idempotency.encryption.keys[" + i + "].id=" + keys[i]);
			properties
				.add("idempotency.encryption.keys[" + i + "].secret=" + Base64.getEncoder().encodeToString(secret));
		}
		return TestApplication.start(OrdersApplication.class, properties);
	}

}
