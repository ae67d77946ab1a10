package dev.idempotency.behaviour;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.support.AopUtils;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

import dev.idempotency.behaviour.app.GuardedApplication;
import dev.idempotency.behaviour.app.GuardedApplication.Surroundings;
import dev.idempotency.behaviour.app.SecuredApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 7 of the behaviour: who may have a replay, as decided by the method security of
 * its handler.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ReplayAuthorizationTests {

	private @Nullable TestApplication application;

	@BeforeAll
	void start() {
		this.application = TestApplication.start(GuardedApplication.class,
				Stream.concat(Store.H2.properties("guarded").stream(), Stream.of("spring.aop.proxy-target-class=false"))
					.toList(),
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

	private Surroundings surroundings() {
		return application().context().getBean(Surroundings.class);
	}

	private Call call(String path) {
		return Call.post(application(), "/guarded/" + path).key(UUID.randomUUID().toString()).user("ada", "ada");
	}

	private void withoutRole(Runnable action) {
		withoutRole(application(), action);
	}

	private static void withoutRole(TestApplication application, Runnable action) {
		InMemoryUserDetailsManager users = application.context().getBean(InMemoryUserDetailsManager.class);
		users.updateUser(SecuredApplication.user("ada"));
		try {
			action.run();
		}
		finally {
			users.updateUser(SecuredApplication.user("ada", "PAYER"));
		}
	}

	private static void assertRefused(Answer answer) {
		assertThat(answer.status()).as(answer.text()).isEqualTo(403);
		assertThat(answer.isReplay()).isFalse();
		assertThat(answer.text() + answer.headers()).doesNotContain("secret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "pre-authorize", "secured", "roles-allowed", "composed", "own-interceptor",
			"before-and-after", "this", "callable", "future", "response", "answered", "transactional", "class",
			"interface", "request-scope", "counted", "aspects?reason=rent" })
	@DisplayName("7.6 who may no longer call the handler gets 403, and nothing of the response; who may, the replay")
	void aRoleIsLost(String path) {
		Call call = call(path);
		Answer first = call.send().assertFirst(200);
		assertThat(first.text()).contains("secret");
		call.send().assertReplayOf(first);
		withoutRole(() -> {
			assertRefused(call.send());
			assertRefused(call.send());
		});
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.6 so it is with the method security of before Spring Security 5.6")
	void methodSecurityOfOld() {
		try (TestApplication old = TestApplication.start(GuardedApplication.OfOld.class,
				Store.H2.properties("guarded-of-old"), "Security")) {
			for (String path : List.of("pre-authorize", "secured", "roles-allowed", "callable", "class")) {
				Call call = call(path).on(old);
				Answer first = call.send().assertFirst(200);
				call.send().assertReplayOf(first);
				withoutRole(old, () -> assertRefused(call.send()));
				call.send().assertReplayOf(first);
				assertThat(call.executions()).isEqualTo(1);
			}
		}
	}

	@Test
	@DisplayName("7.6 a guard that looks at the body decides with the body of the retry")
	void aGuardOfTheBody() {
		Call call = call("body").json("{\"owner\":\"ada\",\"amount\":5}");
		assertRecordedForPayers(call);
		call.user("bob", "bob").send().assertFirst(403);
	}

	@Test
	@DisplayName("7.6 a guard that looks at a form decides with the form of the retry")
	void aGuardOfTheForm() {
		assertRecordedForPayers(call("form").header("Content-Type", "application/x-www-form-urlencoded")
			.body("owner=ada".getBytes(StandardCharsets.UTF_8)));
	}

	@Test
	@DisplayName("7.6 a guard that looks at parts decides with those of the retry, whatever their boundary")
	void aGuardOfParts() {
		SameRequestTests.Multipart parts = new SameRequestTests.Multipart("ada", "file", "a.txt", "text/plain",
				"content");
		Call call = parts.in(call("parts"), "b1");
		assertRecordedForPayers(call);
		assertThat(parts.in(call, "b2").send().isReplay()).isTrue();
	}

	@Test
	@DisplayName("7.6 arguments are resolved as for a call: by init binders and model attributes of the handler")
	void argumentsThatTheHandlerPrepares() {
		surroundings().open("basket", "ada");
		Call call = call("model?amount=99").header("X-Basket", "basket");
		assertRecordedForPayers(call);
		surroundings().open("basket", "bob");
		assertRefused(call.send());
		assertThat(call.executions()).isEqualTo(1);
	}

	private void assertRecordedForPayers(Call call) {
		Answer first = call.send().assertFirst(200);
		call.send().assertReplayOf(first);
		withoutRole(() -> assertRefused(call.send()));
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.6 arguments that cannot be resolved any more are a 403, and nothing of the response")
	void anArgumentIsGone() {
		surroundings().open("4711", "ada");
		Call call = call("accounts/4711");
		Answer first = call.send().assertFirst(200);
		call.send().assertReplayOf(first);
		surroundings().close("4711");
		try (LogCapture log = new LogCapture()) {
			assertRefused(call.send());
			assertThat(log.warningsOfLibrary()).isEmpty();
		}
		surroundings().open("4711", "bob");
		assertRefused(call.send());
		surroundings().open("4711", "ada");
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.6 also for a retry that accepts something else than the mapping produces")
	void aRetryThatIsNotAcceptable() {
		surroundings().open("4712", "ada");
		Call call = call("accounts/4712/statement");
		Answer first = call.send().assertFirst(200);
		Call other = call.header("Accept", "text/csv");
		other.send().assertReplayOf(first);
		withoutRole(() -> assertRefused(other.send()));
		other.send().assertReplayOf(first);
		surroundings().close("4712");
		assertRefused(other.send());
		other.key(UUID.randomUUID().toString()).send().assertFirst(406);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.6 a guarded handler has each argument resolved once more, and nothing more than that")
	void aGuardedHandlerIsNotPassed() {
		Call call = call("aspects?reason=rent");
		call.send().assertFirst(200);
		int transactions = surroundings().transactions();
		int aspects = surroundings().aspects();
		assertThat(call.send().isReplay()).isTrue();
		withoutRole(() -> assertRefused(call.send()));
		assertThat(surroundings().transactions()).isEqualTo(transactions).isPositive();
		assertThat(surroundings().aspects()).isEqualTo(aspects).isPositive();
		Call counted = call("counted");
		Answer first = counted.send().assertFirst(200);
		int resolved = surroundings().resolved();
		counted.send().assertReplayOf(first);
		assertThat(surroundings().resolved()).isEqualTo(resolved + 1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "bare", "unguarded" })
	@DisplayName("7.6 a replay of a handler without method security resolves nothing")
	void otherReplaysResolveNothing(String path) {
		Call call = call(path);
		Answer first = call.send().assertFirst(200);
		int resolved = surroundings().resolved();
		int aspects = surroundings().aspects();
		call.send().assertReplayOf(first);
		withoutRole(() -> call.send().assertReplayOf(first));
		assertThat(surroundings().resolved()).isEqualTo(resolved).isPositive();
		assertThat(surroundings().aspects()).isEqualTo(aspects);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.6 what only looks at the result has nothing to say before a replay")
	void aGuardOfTheResult() {
		Call call = call("after");
		Answer first = call.send().assertFirst(200);
		withoutRole(() -> call.send().assertReplayOf(first));
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.6 a final method, which Spring Security does not guard, is not run to find that out")
	void aFinalMethod() {
		Call call = call("final");
		Answer first = call.send().assertFirst(200);
		withoutRole(() -> call.send().assertReplayOf(first));
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.6 a refusal is the application's own, and the key stays recorded")
	void aRefusalIsTranslated() {
		Call call = call("translated");
		Answer first = call.send().assertFirst(200);
		withoutRole(() -> {
			Answer refusal = call.send().assertFirst(451);
			assertThat(refusal.text()).isEqualTo("not for you");
		});
		call.send().assertReplayOf(first);
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.6 what is written while a guard is asked goes nowhere")
	void nothingIsWrittenTwice() {
		Call call = call("translated");
		Answer first = call.send().assertFirst(200);
		assertThat(first.header("X-Written")).isEqualTo("by the handler");
		call.send().assertReplayOf(first);
		withoutRole(() -> assertThat(call.send().headers()).doesNotContainKey("X-Written"));
	}

	@Test
	@DisplayName("7.6 is shown with proxies of classes and of interfaces")
	void theApplicationHasProxiesOfBothKinds() {
		assertThat(application().context().getBean(GuardedApplication.OfInterface.class))
			.matches(AopUtils::isJdkDynamicProxy);
		assertThat(application().context().getBean(GuardedApplication.OnClass.class)).matches(AopUtils::isCglibProxy);
	}

}
