package dev.idempotency.test.slice;

import org.hamcrest.Matchers;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration;
import org.springframework.boot.test.autoconfigure.web.servlet.WebMvcTest;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.client.MockMvcWebTestClient;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;
import dev.idempotency.test.MockMvcReplays;
import dev.idempotency.test.ReplayCheck;
import dev.idempotency.test.WebTestClientReplays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

/**
 * Idempotent operations in {@code @WebMvcTest}, with what users have to check them.
 */
@WebMvcTest(controllers = PaymentController.class, excludeAutoConfiguration = SecurityAutoConfiguration.class)
class WebMvcSliceTests {

	private final MockMvc mockMvc;

	WebMvcSliceTests(@Autowired MockMvc mockMvc) {
		this.mockMvc = mockMvc;
	}

	private static MockHttpServletRequestBuilder payment(String target) {
		return post("/payments" + target).content("book");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/later", "/transactional" })
	void anOperationIsReplayed(String target) throws Exception {
		MockMvcReplays.assertReplayed(this.mockMvc, payment(target))
			.andExpect(status().isCreated())
			.andExpect(header().exists("Location"));
	}

	@Test
	void anErrorPageIsNotThere() {
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> MockMvcReplays.assertReplayed(this.mockMvc, payment("/refused")))
			.withMessageContaining("spring.mvc.problemdetails.enabled=true");
	}

	@Test
	void whatMockMvcWasSetUpWithIsPartOfTheRequests(@Autowired WebApplicationContext context) throws Exception {
		MockMvc setUp = MockMvcBuilders.webAppContextSetup(context)
			.defaultRequest(post("/").content("default").with(WebMvcSliceTests::asAda))
			.addFilters(context.getBean("idempotencyFilterRegistration", FilterRegistrationBean.class).getFilter())
			.build();
		MockMvcReplays.assertReplayed(setUp, post("/payments"))
			.andExpect(content().string(Matchers.startsWith("default ")));
	}

	private static MockHttpServletRequest asAda(MockHttpServletRequest request) {
		request.setRemoteUser("ada");
		return request;
	}

	@Test
	void aKeyOfTheRequestIsKept() throws Exception {
		MockMvcReplays.assertReplayed(this.mockMvc, payment("").header("Idempotency-Key", "mine"));
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(
					() -> MockMvcReplays.assertReplayed(this.mockMvc, payment("").header("Idempotency-Key", "mine")))
			.withMessageContaining("The first response is a replay already");
	}

	@Test
	void anOperationWithoutAnnotationIsFound() {
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> MockMvcReplays.assertReplayed(this.mockMvc, payment("/unprotected")))
			.withMessageContaining("The second response is no replay")
			.withMessageContaining("First:  201 {")
			.withMessageContaining("book ");
	}

	@Test
	void aWebTestClientBoundToMockMvc() {
		WebTestClient client = MockMvcWebTestClient.bindTo(this.mockMvc).build();
		EntityExchangeResult<byte[]> first = WebTestClientReplays
			.assertReplayed(client.post().uri("/payments").bodyValue("book"));
		assertThat(first.getStatus().value()).isEqualTo(201);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> WebTestClientReplays
			.assertReplayed(client.post().uri("/payments/unprotected").bodyValue("book")));
	}

	@Test
	void recordsAreInMemory(@Autowired IdempotencyRepository repository) {
		assertThat(repository).isInstanceOf(MemoryIdempotencyRepository.class);
	}

	/**
	 * The configuration is that of the whole application.
	 */
	@Nested
	@TestPropertySource(properties = { "idempotency.repository=jdbc", "idempotency.header-name=Operation-Key",
			"idempotency.replay.header-name=Replayed", "idempotency.replay.excluded-headers[0]=Location",
			"idempotency.operations.refund-controller-create.ttl=1h",
			"idempotency.operations.payment-controller-create-later.header-name=X-Delivery",
			"spring.mvc.problemdetails.enabled=true" })
	class WithTheConfigurationOfTheApplication {

		@Test
		void anOperationIsReplayed(@Autowired MockMvc configured) throws Exception {
			MockMvcReplays.assertReplayed(configured, payment("")).andExpect(header().exists("Location"));
		}

		@Test
		void anOperationWithAHeaderOfItsOwnIsReplayed(@Autowired MockMvc configured) throws Exception {
			MockMvcReplays.assertReplayed(configured, payment("/later")).andExpect(status().isCreated());
			configured.perform(payment("/later").header("Operation-Key", "mine"))
				.andExpect(status().isBadRequest())
				.andExpect(content().string(Matchers.containsString("X-Delivery")));
		}

		@Test
		void anExceptionThatBecomesAResponseIsReplayed(@Autowired MockMvc configured) throws Exception {
			MockMvcReplays.assertReplayed(configured, payment("/refused")).andExpect(status().isConflict());
		}

		@Test
		void aClientIsTold(@Autowired MockMvc configured) {
			WebTestClient client = MockMvcWebTestClient.bindTo(configured).build();
			ReplayCheck check = ReplayCheck.defaults()
				.withKeyHeader("Operation-Key")
				.withReplayHeader("Replayed")
				.ignoringHeaders("Location");
			WebTestClientReplays.assertReplayed(client.post().uri("/payments").bodyValue("book"), check);
		}

	}

}
