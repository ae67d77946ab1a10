package dev.idempotency.sample;

import java.time.Instant;
import java.util.Currency;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.MockMvc;

import dev.idempotency.test.MockMvcReplays;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

/**
 * The controller by itself, with the protection of its operations.
 */
@WebMvcTest(PaymentController.class)
class PaymentControllerTests {

	@Autowired
	private MockMvc mockMvc;

	@MockitoBean
	private PaymentService payments;

	@Test
	void aRetryIsNotPaidAgain() throws Exception {
		given(this.payments.create(any())).willReturn(payment("p1"), payment("p2"));
		MockMvcReplays
			.assertReplayed(this.mockMvc, post("/payments").contentType(MediaType.APPLICATION_JSON).content("""
					{"amount": 1250, "currency": "EUR", "reference": "book"}"""))
			.andExpect(status().isCreated())
			.andExpect(header().string("Location", "/payments/p1"));
		then(this.payments).should().create(any());
	}

	@Test
	void aPaymentNeedsAKey() throws Exception {
		this.mockMvc.perform(post("/payments").contentType(MediaType.APPLICATION_JSON).content("""
				{"amount": 1250, "currency": "EUR", "reference": "book"}"""))
			.andExpect(status().isBadRequest())
			.andExpect(jsonPath("$.type").value("urn:idempotency:problem:key-missing"));
		then(this.payments).shouldHaveNoInteractions();
	}

	private static Payment payment(String id) {
		return new Payment(id, 1250, 0, Currency.getInstance("EUR"), "book", Instant.EPOCH);
	}

}
