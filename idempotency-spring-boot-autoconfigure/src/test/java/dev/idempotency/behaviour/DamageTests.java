package dev.idempotency.behaviour;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 5 of the behaviour: records that somebody damaged. Nobody knows whether their
 * operation ran, so it does not run again, not even where requests run unprotected while
 * the repository is down.
 */
class DamageTests {

	private static final String PROCEED = "idempotency.on-repository-failure=proceed";

	private static final String SECRET = "MDEyMzQ1Njc4OWFiY2RlZg==";

	@ParameterizedTest
	@ValueSource(ints = { -1, 0, 42, 100, 600 })
	@DisplayName("5.7 a record with a status that is none is a 503")
	void statuses(int status) {
		TestApplication application = TestApplication.shared(Store.H2, PROCEED);
		assertRefused(application, Store.H2, (id) -> jdbc(application)
			.update("update idempotency_record set status = ? where id = ?", status, HexFormat.of().parseHex(id)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "\r", "\n", "\r\nSet-Cookie: a=b\r\n\r\n<script>" })
	@DisplayName("5.7 a record with a header of several lines is a 503")
	void headers(String lines) {
		TestApplication application = TestApplication.shared(Store.H2, PROCEED);
		byte[] value = lines.getBytes(StandardCharsets.US_ASCII);
		byte[] response = new byte[5 + value.length];
		System.arraycopy(new byte[] { 1, 1, 3, 'X', (byte) value.length }, 0, response, 0, 5);
		System.arraycopy(value, 0, response, 5, value.length);
		assertRefused(application, Store.H2, (id) -> jdbc(application)
			.update("update idempotency_record set response = ? where id = ?", response, HexFormat.of().parseHex(id)));
	}

	@Test
	@DisplayName("5.7 an encrypted record that is cut short anywhere is a 503")
	void encryptedRecords() {
		try (TestApplication application = TestApplication.start(Store.H2, "cut_short", PROCEED,
				"idempotency.encryption.keys[0].id=a", "idempotency.encryption.keys[0].secret=" + SECRET)) {
			Call call = Call.order(application);
			call.send().assertFirst(201);
			JdbcTemplate jdbc = jdbc(application);
			byte[] response = jdbc.queryForObject("select response from idempotency_record", byte[].class);
			assertThat(response).isNotNull();
			IntStream.range(0, response.length).forEach((length) -> {
				jdbc.update("update idempotency_record set response = ?", Arrays.copyOf(response, length));
				call.send().assertProblem(503, "repository-unavailable");
			});
			assertThat(call.executions()).isOne();
		}
	}

	@Test
	@DisplayName("5.7 a key of Redis that holds something else is a 503")
	void keysOfAnotherType() {
		TestApplication application = TestApplication.shared(Store.REDIS, PROCEED);
		assertRefused(application, Store.REDIS, (id) -> {
			byte[] key = id.getBytes(StandardCharsets.ISO_8859_1);
			try (RedisConnection connection = application.context()
				.getBean(RedisConnectionFactory.class)
				.getConnection()) {
				connection.keyCommands().del(key);
				connection.listCommands().rPush(key, key);
			}
		});
	}

	private static void assertRefused(TestApplication application, Store store, Consumer<String> damage) {
		StoredRecords before = StoredRecords.of(application, store);
		Call call = Call.order(application);
		call.send().assertFirst(201);
		StoredRecords.of(application, store).since(before).forEach(damage);
		call.send().assertProblem(503, "repository-unavailable");
		assertThat(call.executions()).isOne();
		Operator.of(application).free(call).assertFirst(204);
		call.send().assertFirst(201);
	}

	private static JdbcTemplate jdbc(TestApplication application) {
		return application.context().getBean(JdbcTemplate.class);
	}

}
