package dev.idempotency.behaviour;

import java.util.List;
import java.util.UUID;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

import dev.idempotency.behaviour.app.SecuredApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 7 of the behaviour: who may, as decided by Spring Security.
 */
@TestInstance(Lifecycle.PER_CLASS)
class SecurityTests {

	private @Nullable TestApplication application;

	@BeforeAll
	void start() {
		this.application = TestApplication.start(SecuredApplication.class, Store.MEMORY.properties("secured"),
				"Security");
	}

	@AfterAll
	void stop() {
		application().close();
	}

	private TestApplication application() {
		if (this.application == null) {
			throw new IllegalStateException("Not started");
		}
		return this.application;
	}

	private Call order() {
		return Call.order(application());
	}

	private static Call as(String user, Call call) {
		return call.user(user, user);
	}

	private void change(String user, String... roles) {
		application().context()
			.getBean(InMemoryUserDetailsManager.class)
			.updateUser(SecuredApplication.user(user, roles));
	}

	/** How often the repository was asked. */
	private long lookUps() {
		return application().context()
			.getBean(MeterRegistry.class)
			.find("idempotency.repository")
			.tag("call", "claim")
			.timers()
			.stream()
			.mapToLong(Timer::count)
			.sum();
	}

	@Test
	@DisplayName("7.3 who is not known or may not gets 401 or 403 in place of the recorded response, without a look-up")
	void refusalsComeFirst() {
		Call call = order();
		Answer first = as("ada", call).send().assertFirst(201);
		long lookUps = lookUps();
		assertThat(lookUps).isPositive();
		Answer unknown = call.send().assertFirst(401);
		assertThat(unknown.header("WWW-Authenticate")).startsWith("Basic");
		Answer mistaken = call.user("ada", "guess").send().assertFirst(401);
		Answer forbidden = as("eve", call).send().assertFirst(403);
		assertThat(lookUps()).isEqualTo(lookUps);
		String id = String.valueOf(first.header("ETag")).replace("\"", "");
		for (Answer refusal : new Answer[] { unknown, mistaken, forbidden }) {
			assertThat(refusal.text() + refusal.headers()).doesNotContain(id);
		}
		as("ada", call).send().assertReplayOf(first);
		assertThat(lookUps()).isEqualTo(lookUps + 1);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.3 a refusal leaves the key free, and bad keys and bodies unread")
	void refusalsAreNotRecorded() {
		Call call = order();
		call.send().assertFirst(401);
		as("eve", call).send().assertFirst(403);
		call.withoutKey().send().assertFirst(401);
		call.header("Idempotency-Key", "not, a key").send().assertFirst(401);
		as("eve", call.json("{")).send().assertFirst(403);
		assertThat(call.executions()).isZero();
		Answer first = as("ada", call).send().assertFirst(201);
		as("ada", call).send().assertReplayOf(first);
	}

	@Test
	@DisplayName("7.3 who may no longer does not get his own response either")
	void aRoleIsLost() {
		Call call = as("ada", order());
		Answer first = call.send().assertFirst(201);
		change("ada");
		try {
			assertThat(call.send().assertFirst(403).text()).doesNotContain("book");
		}
		finally {
			change("ada", "BUYER");
		}
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.3 a failure of the protection against forgery is not recorded")
	void aForgery() {
		Call forged = as("ada", order()).header(SecuredApplication.FROM_BROWSER, "true");
		forged.send().assertFirst(403);
		forged.header("Cookie", "XSRF-TOKEN=one").header("X-XSRF-TOKEN", "another").send().assertFirst(403);
		assertThat(forged.executions()).isZero();
		Call call = forged.header("Cookie", "XSRF-TOKEN=one").header("X-XSRF-TOKEN", "one");
		Answer first = call.send().assertFirst(201);
		call.send().assertReplayOf(first);
		forged.send().assertFirst(403);
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.3 a refusal by the handler's own guard is not recorded")
	void aGuardedHandler() {
		Call call = as("bob", Call.post(application(), "/reports").key(UUID.randomUUID().toString()));
		call.send().assertFirst(403);
		call.send().assertFirst(403);
		assertThat(call.executions()).isZero();
		change("bob", "BUYER", "AUDITOR");
		try {
			Answer first = call.send().assertFirst(201);
			call.send().assertReplayOf(first);
		}
		finally {
			change("bob", "BUYER");
		}
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.1 two users with the same key and body never see each other's response")
	void usersAreSeparate() {
		Call call = order();
		Answer ada = as("ada", call).send().assertFirst(201);
		Answer bob = as("bob", call).send().assertFirst(201);
		assertThat(call.executions()).isEqualTo(2);
		assertThat(bob.text()).isNotEqualTo(ada.text());
		as("ada", call).send().assertReplayOf(ada);
		as("bob", call).send().assertReplayOf(bob);
		assertThat(call.executions()).isEqualTo(2);
	}

	@Test
	@DisplayName("7.3 the endpoint is for those who may: 401 and 403 before anything is shown or deleted, WARN with who did")
	void theEndpointIsGuarded() {
		Call call = as("ada", order());
		Answer first = call.send().assertFirst(201);
		Call endpoint = Call.post(application(), Operator.PATH + Operator.query(call.key(), "ada"));
		for (String method : List.of("GET", "DELETE")) {
			assertThat(endpoint.method(method).send().assertFirst(401).text()).doesNotContain("completed");
			as("ada", endpoint.method(method)).user("ada", "guess").send().assertFirst(401);
		}
		Call delete = endpoint.method("DELETE");
		as("eve", delete).header(SecuredApplication.FROM_BROWSER, "true").send().assertFirst(403);
		call.send().assertReplayOf(first);
		assertThat(as("eve", endpoint.method("GET")).send().assertFirst(200).text()).contains("\"scope\":\"ada\"",
				"\"completed\"");
		try (LogCapture log = new LogCapture()) {
			as("eve", delete).send().assertFirst(204);
			assertThat(log.warningsOfLibrary()).singleElement().asString().contains("by 'eve'");
		}
		call.send().assertFirst(201);
		assertThat(call.executions()).isEqualTo(2);
	}

}
