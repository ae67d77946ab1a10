package dev.idempotency.behaviour;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

import dev.idempotency.behaviour.app.Executions;
import dev.idempotency.behaviour.app.WebController;
import dev.idempotency.web.IdempotencyFilter;
import dev.idempotency.web.IdempotencyInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 8 of the behaviour: what stands around idempotent operations.
 */
class AroundTests {

	private static final String ORDER = "{\"item\":\"book\",\"quantity\":2}";

	private static final int CALLS = 20_000;

	private static TestApplication application() {
		return TestApplication.shared(Store.H2);
	}

	private static TestApplication withoutLibrary() {
		return TestApplication.shared(Store.H2, "idempotency.enabled=false");
	}

	@Test
	@DisplayName("8.1 a preflight passes without key, and stores nothing")
	void aPreflightPassesWithoutKey() {
		Call preflight = Call.post(application(), "/orders")
			.method("OPTIONS")
			.header("Origin", "https://one.example")
			.header("Access-Control-Request-Method", "POST")
			.header("Access-Control-Request-Headers", "content-type, idempotency-key");
		StoredRecords before = StoredRecords.of(application(), Store.H2);
		Answer answer = preflight.send().assertFirst(200);
		assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://one.example");
		assertThat(String.valueOf(answer.header("Access-Control-Allow-Methods"))).contains("POST");
		assertThat(String.valueOf(answer.header("Access-Control-Allow-Headers")))
			.containsIgnoringCase("idempotency-key");
		assertThat(preflight.header("Origin", "https://evil.example").send().status()).isEqualTo(403);
		assertThat(preflight.executions()).isZero();
		StoredRecords.of(application(), Store.H2).assertOnlyAdded(0, before);
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("8.1 a replay to another origin carries that origin's headers")
	void aReplayToAnotherOrigin(Store store) {
		Call call = Call.order(TestApplication.shared(store));
		Answer first = call.header("Origin", "https://one.example").send().assertFirst(201);
		assertThat(first.header("Access-Control-Allow-Origin")).isEqualTo("https://one.example");
		Answer second = call.header("Origin", "https://two.example").send();
		assertThat(second.header("Access-Control-Allow-Origin")).isEqualTo("https://two.example");
		assertThat(second.header("Vary")).isEqualTo(first.header("Vary")).contains("Origin");
		withoutCors(second).assertReplayOf(withoutCors(first));
		Answer sameOrigin = call.send();
		assertThat(sameOrigin.headers().keySet()).noneMatch(AroundTests::isCors);
		sameOrigin.assertReplayOf(withoutCors(first));
		Answer refused = call.header("Origin", "https://evil.example").send();
		assertThat(refused.status()).isEqualTo(403);
		assertThat(refused.isReplay()).isFalse();
		assertThat(call.executions()).isEqualTo(1);
	}

	@Test
	@DisplayName("8.1 the origin of a replay counts as well when the first request had none")
	void aReplayToTheFirstOrigin() {
		Call call = Call.order(application());
		Answer first = call.send().assertFirst(201);
		Answer second = call.header("Origin", "https://two.example").send();
		assertThat(second.header("Access-Control-Allow-Origin")).isEqualTo("https://two.example");
		withoutCors(second).assertReplayOf(first);
		call.header("Origin", "https://one.example").json("{}").send().assertProblem(422, "key-reused");
		assertThat(call.header("Origin", "https://one.example").json("{}").send().header("Access-Control-Allow-Origin"))
			.isEqualTo("https://one.example");
	}

	private static Answer withoutCors(Answer answer) {
		Map<String, List<String>> headers = new TreeMap<>(answer.headers());
		headers.keySet().removeIf(AroundTests::isCors);
		return new Answer(answer.status(), headers, answer.body());
	}

	private static boolean isCors(String headerName) {
		return headerName.toLowerCase(Locale.ROOT).startsWith("access-control-");
	}

	@Test
	@DisplayName("8.2 Expect: 100-continue gets the final status 422, and the connection serves on")
	void expectationOfAnotherRequest() {
		String name = UUID.randomUUID().toString();
		String key = UUID.randomUUID().toString();
		try (RawConnection connection = RawConnection.to(application())) {
			Answer first = order(connection, name, key, ORDER).assertFirst(201);
			Answer refusal = order(connection, name, key, ORDER.replace('2', '3'));
			refusal.assertProblem(422, "key-reused");
			order(connection, name, key, ORDER).assertReplayOf(first);
			order(connection, name, UUID.randomUUID().toString(), ORDER).assertFirst(201);
		}
		assertThat(application().executions().count(name)).isEqualTo(2);
	}

	@Test
	@DisplayName("8.2 Expect: 100-continue gets the final status 409, and the connection serves on")
	void expectationOfADuplicate() {
		Call call = Call.order(application());
		String key = "expect-" + UUID.randomUUID();
		CompletableFuture<Answer> first;
		try (RawConnection connection = RawConnection.to(application())) {
			try (Executions.Gate gate = call.hold()) {
				first = CompletableFuture.supplyAsync(() -> call.key(key).send());
				gate.awaitArrival();
				Answer refusal = order(connection, call.name(), key, ORDER).assertProblem(409, "in-flight");
				assertThat(refusal.headers()).containsKey("Retry-After");
				order(connection, call.name(), key, ORDER).assertProblem(409, "in-flight");
			}
			Answer answer = first.join().assertFirst(201);
			order(connection, call.name(), key, ORDER).assertReplayOf(answer);
		}
		assertThat(call.executions()).isEqualTo(1);
	}

	/** Posts an order whose body is sent when the server has asked for it. */
	private static Answer order(RawConnection connection, String name, String key, String body) {
		connection.send(RawConnection.head("POST", "/orders", "X-Case: " + name, "Content-Type: application/json",
				"Content-Length: " + body.length(), "Expect: 100-continue", "Idempotency-Key: " + key));
		Answer answer = connection.receive();
		if (answer.status() != 100) {
			return answer;
		}
		return connection.send(body).receive();
	}

	static Stream<String> requests() {
		List<String> requests = new ArrayList<>();
		for (String target : List.of("json", "redirect-view", "forward-view", "send-redirect", "see-other", "throws",
				"status-exception", "advised", "send-error", "file", "stream", "writer", "headers", "reset", "callable",
				"failing-callable", "streaming", "events", "servlet-async", "unknown")) {
			requests.add(request("GET", "/web/" + target, "Accept: */*", ""));
			requests.add(request("POST", "/web/" + target, "Content-Type: application/json", "{\"a\":1}"));
		}
		requests.add(request("HEAD", "/web/json", "Accept: */*", ""));
		requests.add(request("HEAD", "/web/file", "Accept: */*", ""));
		requests.add(request("OPTIONS", "/web/json", "Accept: */*", ""));
		requests.add(request("GET", "/web/file", "Range: bytes=5-100", ""));
		requests.add(request("GET", "/web/file", "If-None-Match: \"file\"", ""));
		requests.add(request("POST", "/web/json", "Accept: text/csv", ""));
		requests.add(request("POST", "/web/throws", "Accept: text/html", ""));
		requests.add(request("POST", "/web/json", "Origin: https://one.example", ""));
		requests.add(request("DELETE", "/web/validated", "Accept: */*", ""));
		requests.add(request("POST", "/web/validated", "Content-Type: application/json", "{\"a\":1}"));
		requests.add(request("POST", "/web/validated", "Content-Type: application/json", "{\"a\":"));
		requests.add(request("POST", "/web/validated", "Content-Type: text/csv", "a,b"));
		for (String way : List.of("stream", "reader", "parameters", "string", "form-body", "entity")) {
			requests.add(request("POST", "/plain/" + way + "?name=query",
					"Content-Type: application/x-www-form-urlencoded", "name=one+two&number=%37&%zz&=x"));
			requests
				.add(request("PUT", "/plain/" + way, "Content-Type: application/x-www-form-urlencoded", "name=one"));
			requests.add(request("POST", "/plain/" + way, "Content-Type: application/json", "{\"name\":\"one\"}"));
		}
		for (String way : List.of("parts", "files", "parameters")) {
			requests.add(request("POST", "/plain/" + way, "Content-Type: multipart/form-data;boundary=b1",
					new SameRequestTests.Multipart("title", "file", "a.txt", "text/plain", "content").text("b1")));
			requests.add(request("POST", "/plain/" + way, "Content-Type: multipart/form-data;boundary=b1", "broken"));
		}
		requests.add(request("POST", "/orders-unknown", "Content-Type: application/json", "{}"));
		return requests.stream();
	}

	private static String request(String method, String target, String headerLine, String body) {
		return RawConnection.head(method, target, headerLine, "Content-Length: " + body.length(), "Connection: close")
				+ body;
	}

	@ParameterizedTest
	@MethodSource("requests")
	@DisplayName("8.4 an endpoint without annotation answers to the byte as without the library, whatever the key header")
	void otherEndpointsAreUntouched(String request) {
		String expected = exchange(withoutLibrary(), request);
		assertThat(expected).startsWith("HTTP/1.1 ");
		assertThat(exchange(application(), request)).isEqualTo(expected);
		for (String header : List.of("Idempotency-Key: \"" + UUID.randomUUID() + "\"", "Idempotency-Key: not, a key",
				"Idempotency-Key: a\r\nIdempotency-Key: b")) {
			String keyed = request.replaceFirst("\r\n", "\r\n" + header + "\r\n");
			assertThat(exchange(application(), keyed)).isEqualTo(expected);
			assertThat(exchange(application(), keyed)).isEqualTo(expected);
		}
	}

	/** All that the server sends, but for what tells the time. */
	private static String exchange(TestApplication application, String request) {
		try (RawConnection connection = RawConnection.to(application)) {
			return RawConnection.text(connection.send(request).receiveAll())
				.replaceFirst("(?m)^Date: .*\r\n", "")
				.replaceFirst("\"timestamp\":\"[^\"]*\"", "\"timestamp\":\"\"")
				.replaceFirst("<div id='created'>[^<]*</div>", "<div id='created'></div>");
		}
	}

	@Test
	@DisplayName("8.4 a request to an endpoint without annotation costs two small objects")
	void anotherEndpointCostsTwoObjects() throws Throwable {
		HttpServletRequest request = new MockHttpServletRequest("POST", "/web/json");
		HttpServletResponse response = new MockHttpServletResponse();
		MethodHandle requestWrapper = MethodHandles
			.insertArguments(constructor("IdempotencyRequestWrapper", HttpServletRequest.class, int.class), 1, 1024);
		MethodHandle responseWrapper = constructor("IdempotencyResponseWrapper", HttpServletResponse.class);
		long wrappers = allocatedBy(() -> {
			Sink.first = requestWrapper.invoke(request);
			Sink.second = responseWrapper.invoke(response);
		});
		Filter filter = application().context()
			.getBean("idempotencyFilterRegistration", FilterRegistrationBean.class)
			.getFilter();
		FilterChain handler = handler();
		long passage = allocatedBy(() -> filter.doFilter(request, response, handler));
		assertThat(filter).isInstanceOf(IdempotencyFilter.class);
		assertThat(wrappers).isBetween(CALLS * 48L, CALLS * 128L);
		assertThat(passage).isLessThanOrEqualTo(wrappers);
	}

	/** What the dispatcher servlet does with the library's interceptor. */
	private static FilterChain handler() throws NoSuchMethodException {
		HandlerInterceptor interceptor = application().context().getBean(IdempotencyInterceptor.class);
		HandlerMethod method = new HandlerMethod(application().context().getBean(WebController.class),
				WebController.class.getDeclaredMethod("json"));
		return (request, response) -> {
			Sink.first = request;
			Sink.second = response;
			try {
				HttpServletRequest httpRequest = (HttpServletRequest) request;
				HttpServletResponse httpResponse = (HttpServletResponse) response;
				interceptor.preHandle(httpRequest, httpResponse, method);
				interceptor.postHandle(httpRequest, httpResponse, method, null);
				interceptor.afterCompletion(httpRequest, httpResponse, method, null);
			}
			catch (Exception ex) {
				throw new ServletException(ex);
			}
		};
	}

	private static MethodHandle constructor(String className, Class<?>... parameterTypes)
			throws ReflectiveOperationException {
		Class<?> type = Class.forName(IdempotencyFilter.class.getPackageName() + "." + className);
		return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
			.findConstructor(type, MethodType.methodType(void.class, parameterTypes))
			.asType(MethodType.methodType(Object.class, parameterTypes));
	}

	/** The bytes that many calls allocate in this thread, when they are warm. */
	private static long allocatedBy(Action action) throws Throwable {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long allocated = Long.MAX_VALUE;
		for (int round = 0; round < 5; round++) {
			long before = threads.getCurrentThreadAllocatedBytes();
			for (int call = 0; call < CALLS; call++) {
				action.run();
			}
			allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
		}
		return allocated;
	}

	/**
	 * Something to do often.
	 */
	private interface Action {

		void run() throws Throwable;

	}

	/**
	 * Where objects go so that the compiler cannot do without them.
	 */
	private static final class Sink {

		private static volatile @Nullable Object first;

		private static volatile @Nullable Object second;

		private Sink() {
		}

	}

}
