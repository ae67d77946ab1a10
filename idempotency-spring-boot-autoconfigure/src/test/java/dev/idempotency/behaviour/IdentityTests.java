package dev.idempotency.behaviour;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.behaviour.app.FederatedApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 7 of the behaviour: users of several identity providers.
 */
@TestInstance(Lifecycle.PER_CLASS)
class IdentityTests {

	/**
	 * Users with one name, but the last few, whose names look like what tells others
	 * apart.
	 */
	private static final Map<String, UnaryOperator<Call>> USERS = new LinkedHashMap<>();

	static {
		USERS.put("ada", (call) -> call.user("ada", "ada"));
		USERS.put("\"issuer:https://one.example\" ada", (call) -> bearer(call, FederatedApplication.ONE));
		USERS.put("\"issuer:https://two.example\" ada", (call) -> bearer(call, FederatedApplication.TWO));
		USERS.put("\"issuer:https://three.example\" ada", elsewhere("claims https://three.example ada"));
		USERS.put("\"issuer:\" ada", (call) -> call.header("Authorization", "Bearer ada"));
		USERS.put("\"registration:one\" ada", elsewhere("oauth2 one ada"));
		USERS.put("\"registration:two\" ada", elsewhere("oauth2 two ada"));
		USERS.put("\"saml2:one\" ada", elsewhere("saml2 one ada"));
		USERS.put("\"saml2:two\" ada", elsewhere("saml2 two ada"));
		USERS.put("\"saml2:three\" ada", elsewhere("saml2-later three ada"));
		USERS.put("\"saml2:one\\\"\\\\\" ada", elsewhere("saml2 one\"\\ ada"));
		USERS.put("\"\" \"issuer:https://one.example\" ada", elsewhere("local - \"issuer:https://one.example\" ada"));
		USERS.put("\"\" \"\" ada", elsewhere("local - \"\" ada"));
		USERS.put("\"\" \"saml2:one\" ada", elsewhere("local - \"saml2:one\" ada"));
	}

	private @Nullable TestApplication application;

	private static UnaryOperator<Call> elsewhere(String user) {
		return (call) -> call.header("X-Elsewhere", user);
	}

	private static Call bearer(Call call, String issuer) {
		return call.header("Authorization", "Bearer " + FederatedApplication.token(issuer, "ada"));
	}

	@BeforeAll
	void start() {
		List<String> properties = new ArrayList<>(Store.MEMORY.properties("federated"));
		properties.add("server.error.include-message=always");
		this.application = TestApplication.start(FederatedApplication.class, properties, "Security");
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

	@Test
	@DisplayName("7.7 users with one name of several identity providers never see each other's response")
	void identityProvidersAreSeparate() {
		Call call = Call.order(application());
		Map<String, Answer> first = new LinkedHashMap<>();
		USERS.forEach((scope, user) -> first.put(scope, user.apply(call).send().assertFirst(201)));
		assertThat(call.executions()).isEqualTo(USERS.size());
		USERS.forEach((scope, user) -> user.apply(call).send().assertReplayOf(first.get(scope)));
		assertThat(call.executions()).isEqualTo(USERS.size());
	}

	@Test
	@DisplayName("7.7 the endpoint finds a record by a scope with a provider")
	void theEndpointFindsTheirRecords() {
		Call call = Call.order(application());
		USERS.forEach((scope, user) -> {
			user.apply(call).send().assertFirst(201);
			Answer found = Call.post(application(), Operator.PATH + Operator.query(call.key(), scope))
				.method("GET")
				.user("ada", "ada")
				.send();
			assertThat(found.status()).as(scope).isEqualTo(200);
			assertThat(found.text()).contains("\"completed\"");
		});
	}

	@Test
	@DisplayName("7.7 a refreshed token is the same user")
	void aRefreshedTokenIsTheSameUser() {
		Call call = Call.order(application());
		Answer first = bearer(call, FederatedApplication.ONE).send().assertFirst(201);
		bearer(call, FederatedApplication.ONE).send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.7 a user of the application is the same by password, form and remembered login")
	void howALocalUserLogsInMakesNoDifference() {
		Answer login = Call.post(application(), "/login")
			.header("Content-Type", "application/x-www-form-urlencoded")
			.body("username=ada&password=ada&remember-me=on".getBytes(StandardCharsets.UTF_8))
			.send()
			.assertFirst(302);
		Call call = Call.order(application());
		Answer first = call.user("ada", "ada").send().assertFirst(201);
		for (String cookie : List.of("JSESSIONID", "remember-me")) {
			Answer other = call.header("Cookie", cookie(login, cookie)).send();
			other.headers().remove("Set-Cookie"); // Of a new session
			other.assertReplayOf(first);
		}
		assertThat(call.executions()).isEqualTo(1);
	}

	private static String cookie(Answer answer, String name) {
		return answer.headers()
			.get("Set-Cookie")
			.stream()
			.filter((cookie) -> cookie.startsWith(name + "="))
			.map((cookie) -> cookie.replaceFirst(";.*", ""))
			.findFirst()
			.orElseThrow();
	}

	@ParameterizedTest
	@ValueSource(strings = { "nameless - 1", "unstable - -" })
	@DisplayName("7.7 a principal whose name is only its identity hash is refused, and the message says what to do")
	void whoHasNoNameIsRefused(String user) {
		Call call = Call.order(application()).header("X-Elsewhere", user);
		for (int i = 0; i < 2; i++) {
			assertThat(call.send().assertFirst(500).text()).contains("IdempotencyScopeResolver", "toString()");
		}
		assertThat(call.executions()).isZero();
		Call other = Call.post(application(), "/plain").key(UUID.randomUUID().toString());
		other.header("X-Elsewhere", user).send().assertFirst(200);
	}

}
