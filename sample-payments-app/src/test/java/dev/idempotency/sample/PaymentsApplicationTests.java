package dev.idempotency.sample;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import dev.idempotency.sample.PaymentsClient.Answer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client of the sample sees, on its default database. The property is there to
 * share one application with {@link ConsoleOutputTests}.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "idempotency.abandoned=reject")
class PaymentsApplicationTests {

	private static final String BOOK = """
			{"amount": 1250, "currency": "EUR", "reference": "book"}""";

	private final PaymentsClient client;

	PaymentsApplicationTests(@LocalServerPort int port) {
		this.client = new PaymentsClient(port);
	}

	@Test
	void aPaymentIsMadeAndFound() {
		Answer made = pay(PaymentsClient.newKey(), BOOK);
		assertThat(made.status()).isEqualTo(201);
		assertThat(made.isReplay()).isFalse();
		assertThat(made.number("$.amount")).isEqualTo(1250);
		assertThat(made.text("$.currency")).isEqualTo("EUR");
		assertThat(made.header("Location")).isEqualTo("/payments/" + id(made));
		assertThat(this.client.get("/payments/" + id(made)).body()).isEqualTo(made.body());
		assertThat(this.client.get("/payments").texts("$[*].id")).contains(id(made));
	}

	@Test
	void aRetryGetsTheFirstResponse() {
		String key = PaymentsClient.newKey();
		Answer first = pay(key, BOOK);
		Answer retry = pay(key, BOOK);
		assertThat(retry.isReplay()).isTrue();
		assertThat(retry.status()).isEqualTo(201);
		assertThat(retry.body()).isEqualTo(first.body());
		assertThat(retry.header("Location")).isEqualTo(first.header("Location"));
	}

	@Test
	void anOperatorSeesTheRecordOfAKey() {
		String key = PaymentsClient.newKey();
		Answer made = pay(key, BOOK);
		Answer record = this.client.get("/actuator/idempotency?key=" + key);
		assertThat(record.text("$.operation")).isEqualTo("payment-controller-create");
		assertThat(record.text("$.state")).isEqualTo("completed");
		assertThat(record.body()).doesNotContain(id(made));
	}

	@Test
	void equalRequestsAtOnceMakeOnePayment() {
		String key = PaymentsClient.newKey();
		String body = BOOK.replace("book", key);
		List<Answer> answers = this.client.postAtOnce(20, "/payments", key, body);
		assertThat(answers).filteredOn((answer) -> answer.status() == 201 && !answer.isReplay()).hasSize(1);
		assertThat(answers).allMatch(
				(answer) -> answer.status() == 201 || isRefusal(answer, 409, "urn:idempotency:problem:in-flight"));
		assertThat(this.client.get("/payments").texts("$[*].reference")).containsOnlyOnce(key);
	}

	@Test
	void aKeyIsForOneRequest() {
		String key = PaymentsClient.newKey();
		pay(key, BOOK);
		assertRefused(pay(key, BOOK.replace("1250", "9999")), 422, "urn:idempotency:problem:key-reused");
	}

	@Test
	void aPaymentNeedsAKey() {
		assertRefused(pay(null, BOOK), 400, "urn:idempotency:problem:key-missing");
	}

	@ParameterizedTest
	@ValueSource(strings = { """
			{"amount": 0, "currency": "EUR", "reference": "book"}""", """
			{"amount": 12.5, "currency": "EUR", "reference": "book"}""", """
			{"currency": "EUR", "reference": "book"}""", """
			{"amount": 1250, "currency": "EURO", "reference": "book"}""", """
			{"amount": 1250, "reference": "book"}""", """
			{"amount": 1250, "currency": "EUR", "reference": " "}""", "{" })
	void aRejectedPaymentCanBeCorrectedUnderTheSameKey(String rejected) {
		String key = PaymentsClient.newKey();
		Answer answer = pay(key, rejected);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		Answer corrected = pay(key, BOOK);
		assertThat(corrected.status()).isEqualTo(201);
		assertThat(corrected.isReplay()).isFalse();
	}

	@Test
	void anUnknownPaymentIsNotFound() {
		assertRefused(this.client.get("/payments/unknown"), 404, "urn:payments:problem:payment-not-found");
		assertRefused(refund("unknown", PaymentsClient.newKey(), 1), 404, "urn:payments:problem:payment-not-found");
	}

	@Test
	void aRefundIsPaidOnceByItsKey() {
		String payment = id(pay(PaymentsClient.newKey(), BOOK));
		String key = PaymentsClient.newKey();
		Answer first = refund(payment, key, 500);
		Answer retry = refund(payment, key, 500);
		assertThat(first.status()).isEqualTo(201);
		assertThat(first.text("$.paymentId")).isEqualTo(payment);
		assertThat(retry.isReplay()).isTrue();
		assertThat(retry.body()).isEqualTo(first.body());
		assertThat(refunded(payment)).isEqualTo(500);
	}

	@Test
	void noMoreIsRefundedThanWasPaid() {
		String payment = id(pay(PaymentsClient.newKey(), BOOK));
		assertThat(refund(payment, PaymentsClient.newKey(), 1000).status()).isEqualTo(201);
		String key = PaymentsClient.newKey();
		Answer refused = refund(payment, key, 251);
		assertRefused(refused, 409, "urn:payments:problem:refund-too-large");
		assertThat(refused.number("$.refundable")).isEqualTo(250);
		Answer retry = refund(payment, key, 251);
		assertThat(retry.isReplay()).isTrue();
		assertThat(retry.body()).isEqualTo(refused.body());
		assertThat(refund(payment, PaymentsClient.newKey(), 250).status()).isEqualTo(201);
		assertThat(refunded(payment)).isEqualTo(1250);
	}

	@Test
	void aBookingIsPaidAndConfirmedOnceByItsKey() {
		String key = PaymentsClient.newKey();
		String body = BOOK.replace("book", key);
		Answer first = this.client.post("/bookings", key, body);
		Answer retry = this.client.post("/bookings", key, body);
		assertThat(first.status()).isEqualTo(201);
		assertThat(retry.isReplay()).isTrue();
		assertThat(retry.body()).isEqualTo(first.body());
		assertThat(this.client.get("/payments/" + first.text("$.paymentId")).text("$.reference")).isEqualTo(key);
		assertThat(this.client.get("/payments").texts("$[*].reference")).containsOnlyOnce(key);
		assertThat(this.client.get("/bookings").texts("$[?(@.reference == '" + key + "')].paymentId"))
			.containsExactly(first.text("$.paymentId"));
	}

	@Test
	void metricsTellExecutionsFromReplays() {
		long misses = requests("payment-controller-create", "miss");
		long hits = requests("payment-controller-create", "hit");
		String key = PaymentsClient.newKey();
		pay(key, BOOK);
		pay(key, BOOK);
		pay(key, BOOK);
		assertThat(requests("payment-controller-create", "miss")).isEqualTo(misses + 1);
		assertThat(requests("payment-controller-create", "hit")).isEqualTo(hits + 2);
	}

	@Test
	void theApplicationIsHealthy() {
		assertThat(this.client.get("/actuator/health").text("$.status")).isEqualTo("UP");
	}

	private Answer pay(@Nullable String key, String body) {
		return this.client.post("/payments", key, body);
	}

	private Answer refund(String payment, String key, long amount) {
		return this.client.post("/payments/" + payment + "/refunds", key, "{\"amount\": " + amount + "}");
	}

	private long refunded(String payment) {
		return this.client.get("/payments/" + payment).number("$.refunded");
	}

	private long requests(String operation, String outcome) {
		Answer meter = this.client
			.get("/actuator/metrics/idempotency.requests?tag=operation:" + operation + "&tag=outcome:" + outcome);
		return (meter.status() == 200) ? meter.number("$.measurements[0].value") : 0;
	}

	private static String id(Answer payment) {
		return payment.text("$.id");
	}

	private static void assertRefused(Answer answer, int status, String type) {
		assertThat(answer).as(answer.body()).matches((refusal) -> isRefusal(refusal, status, type));
		assertThat(answer.isReplay()).isFalse();
	}

	private static boolean isRefusal(Answer answer, int status, String type) {
		return answer.status() == status && "application/problem+json".equals(answer.header("Content-Type"))
				&& type.equals(answer.text("$.type"));
	}

}
