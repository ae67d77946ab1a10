package dev.idempotency.behaviour;

import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.idempotency.behaviour.app.HandlersApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 1 of the behaviour: which handlers are operations.
 */
@TestInstance(Lifecycle.PER_CLASS)
class HandlersTests {

	private @Nullable TestApplication application;

	@BeforeAll
	void start() {
		this.application = TestApplication.start(HandlersApplication.class, Store.MEMORY.properties("handlers"));
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

	private Call call(String target) {
		return Call.post(application(), target).key(UUID.randomUUID().toString());
	}

	private static void assertUntouched(Call call) {
		for (Call untouched : new Call[] { call, call, call.withoutKey(),
				call.header("Idempotency-Key", "not, a key") }) {
			untouched.send().assertFirst(200);
		}
		assertThat(call.executions()).isEqualTo(4);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/proxied", "/twins/annotated" })
	@DisplayName("1.9 an annotation on the class method protects, where a proxy shows the interface only")
	void behindAProxy(String target) {
		Call call = call(target);
		call.withoutKey().send().assertProblem(400, "key-missing");
		Answer first = call.send().assertFirst(200);
		call.send().assertReplayOf(first);
		call.body(new byte[] { 1 }).send().assertProblem(422, "key-reused");
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("1.9 a bean without annotation stays untouched, whatever another one with the same proxy class has")
	void withTheProxyClassOfAnother() {
		assertUntouched(call("/twins/bare"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/feed/events", "/feed/file" })
	@DisplayName("1.8 a GET of an annotated class streams as if the class had no annotation")
	void aStreamOfAnAnnotatedClass(String target) {
		Call call = call(target).method("GET");
		assertThat(call.send().assertFirst(200).text()).contains("run 1");
		assertThat(call.send().assertFirst(200).text()).contains("run 2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "QUERY", "PROPFIND", "REPORT", "SEARCH" })
	@DisplayName("1.8 requests with safe methods are untouched where a handler is mapped to all")
	void safeMethods(String method) {
		assertUntouched(call("/feed/any").method(method));
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "PUT", "MKCOL", "PROPPATCH" })
	@DisplayName("1.8 requests with other methods are not")
	void otherMethods(String method) {
		Call call = call("/feed/any").method(method);
		call.withoutKey().send().assertProblem(400, "key-missing");
		Answer first = call.send().assertFirst(200);
		call.send().assertReplayOf(first);
	}

	@Test
	@DisplayName("1.8 the overview of the endpoint lists no handlers of safe methods")
	void theOverview() {
		String overview = Call.post(application(), Operator.PATH).method("GET").send().assertFirst(200).text();
		assertThat(overview).contains("feed-create", "feed-any").doesNotContain("feed-events", "feed-file");
	}

}
