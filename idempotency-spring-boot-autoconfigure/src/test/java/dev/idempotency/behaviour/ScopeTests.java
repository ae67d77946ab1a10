package dev.idempotency.behaviour;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.web.IdempotencyScopeResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 7 of the behaviour: whose key it is.
 */
class ScopeTests {

	@ParameterizedTest
	@EnumSource(names = "MEMORY", mode = EnumSource.Mode.EXCLUDE)
	@DisplayName("7.1 two users with the same key and body never see each other's response")
	void usersAreSeparate(Store store) {
		Call call = Call.order(TestApplication.shared(store));
		Answer ada = call.header("X-User", "ada").send().assertFirst(201);
		Answer bob = call.header("X-User", "bob").send().assertFirst(201);
		Answer nobody = call.send().assertFirst(201);
		assertThat(call.executions()).isEqualTo(3);
		assertThat(List.of(ada.text(), bob.text(), nobody.text())).doesNotHaveDuplicates();
		call.header("X-User", "ada").send().assertReplayOf(ada);
		call.header("X-User", "bob").send().assertReplayOf(bob);
		call.send().assertReplayOf(nobody);
		assertThat(call.executions()).isEqualTo(3);
	}

	@ParameterizedTest
	@EnumSource(names = "H2")
	@DisplayName("7.1 a scope resolver of the application replaces the principal")
	void theApplicationDecides(Store store) {
		try (TestApplication application = TestApplication.start(TenantApplication.class,
				store.properties("tenants"))) {
			Call call = Call.order(application);
			Answer first = call.header("X-Tenant", "a").header("X-User", "ada").send().assertFirst(201);
			call.header("X-Tenant", "a").header("X-User", "bob").send().assertReplayOf(first);
			call.header("X-Tenant", "b").header("X-User", "ada").send().assertFirst(201);
			assertThat(call.executions()).isEqualTo(2);
		}
	}

	@Test
	@DisplayName("7.7 a resolver that gives null is refused, and the message says what to return")
	void nobodyIsNoScope() {
		List<String> properties = new ArrayList<>(Store.MEMORY.properties("nobody"));
		properties.add("server.error.include-message=always");
		try (TestApplication application = TestApplication.start(TenantApplication.class, properties)) {
			Call call = Call.order(application);
			for (int i = 0; i < 2; i++) {
				assertThat(call.send().assertFirst(500).text()).contains("IdempotencyScopeResolver", "returned null",
						"empty string");
			}
			assertThat(call.executions()).isZero();
			call.header("X-Tenant", "").send().assertFirst(201);
		}
	}

	@ParameterizedTest
	@EnumSource(names = "MEMORY", mode = EnumSource.Mode.EXCLUDE)
	@DisplayName("7.2 scope a with key b:c and scope a:b with key c are different records")
	void scopeAndKeyDoNotRunIntoEachOther(Store store) {
		String user = UUID.randomUUID().toString();
		Call call = Call.order(TestApplication.shared(store));
		call.header("X-User", user).key("b:c").send().assertFirst(201);
		call.header("X-User", user + ":b").key("c").send().assertFirst(201);
		call.header("X-User", user + ":b:c").key("c").send().assertFirst(201);
		assertThat(call.executions()).isEqualTo(3);
	}

	@ParameterizedTest
	@EnumSource(names = "MEMORY", mode = EnumSource.Mode.EXCLUDE)
	@DisplayName("7.4 two applications on one repository are separate unless told otherwise")
	void applicationsAreSeparate(Store store) {
		List<String> shared = store.properties("applications");
		try (TestApplication orders = start(shared, "spring.application.name=orders");
				TestApplication billing = start(shared, "spring.application.name=billing");
				TestApplication joined = start(shared, "spring.application.name=billing",
						"idempotency.namespace=orders")) {
			Call call = Call.order(orders);
			Answer first = call.send().assertFirst(201);
			call.on(billing).send().assertFirst(201);
			call.on(joined).send().assertReplayOf(first);
			call.send().assertReplayOf(first);
		}
	}

	private static TestApplication start(List<String> shared, String... more) {
		List<String> properties = new ArrayList<>(shared);
		properties.addAll(List.of(more));
		return TestApplication.start(OrdersApplication.class, properties);
	}

	/**
	 * An application that separates tenants.
	 */
	@Configuration(proxyBeanMethods = false)
	@Import(OrdersApplication.class)
	static class TenantApplication {

		@Bean
		IdempotencyScopeResolver tenantResolver() {
			return (HttpServletRequest request) -> request.getHeader("X-Tenant");
		}

	}

}
