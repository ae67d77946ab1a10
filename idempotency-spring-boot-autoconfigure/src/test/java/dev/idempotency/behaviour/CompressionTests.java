package dev.idempotency.behaviour;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.behaviour.app.Surroundings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 2 of the behaviour: replays of compressed responses.
 */
class CompressionTests {

	private static final Map<Server, TestApplication> APPLICATIONS = new ConcurrentHashMap<>();

	private static final List<String> HANDLERS = List.of("json", "string", "latin-1", "view", "writer-flushed");

	private static TestApplication application(Server server) {
		return APPLICATIONS.computeIfAbsent(server, (key) -> {
			List<String> properties = new ArrayList<>(Store.MEMORY.properties("compression"));
			properties.add("server.compression.enabled=true");
			properties.add("server.compression.min-response-size=1B");
			return TestApplication.start(key.source, properties);
		});
	}

	@AfterAll
	static void stop() {
		APPLICATIONS.values().forEach(TestApplication::close);
		APPLICATIONS.clear();
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.4 a response that the server compressed is replayed to clients that take that and to those that don't")
	void theFirstResponseWasCompressed(Server server) {
		for (String handler : HANDLERS) {
			Call call = ReplayTests.call(application(server), "/annotated/" + handler);
			Answer first = assertEncoded(zipped(call).send(), zipped(bare(server, handler)), "gzip");
			assertThat(first.isReplay()).isFalse();
			assertReplay(assertEncoded(call.send(), bare(server, handler), null), first);
			assertReplay(assertEncoded(zipped(call).send(), zipped(bare(server, handler)), "gzip"), first);
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.4 a response that went out as it was is replayed, compressed for clients that take that")
	void theFirstResponseWasPlain(Server server) {
		for (String handler : HANDLERS) {
			Call call = ReplayTests.call(application(server), "/annotated/" + handler);
			Answer first = assertEncoded(call.send(), bare(server, handler), null);
			assertThat(first.isReplay()).isFalse();
			assertReplay(assertEncoded(zipped(call).send(), zipped(bare(server, handler)), "gzip"), first);
			assertReplay(assertEncoded(call.send(), bare(server, handler), null), first);
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	@Test
	@DisplayName("2.4 Vary tells of the compression of this delivery, and of the filters that it passed")
	void varyIsComputedAfresh() {
		Call call = ReplayTests.call(application(Server.TOMCAT), "/annotated/json").header("X-Stamp", "Vary");
		String first = varyOf(zipped(call).send().assertFirst(201));
		assertThat(first).contains("stamp-").containsIgnoringCase("accept-encoding");
		Answer replay = zipped(call).send();
		assertThat(replay.isReplay()).isTrue();
		assertThat(varyOf(replay)).contains("stamp-").containsIgnoringCase("accept-encoding").isNotEqualTo(first);
		assertThat(varyOf(replay).toLowerCase(Locale.ROOT)).containsOnlyOnce("accept-encoding")
			.containsOnlyOnce("stamp-");
	}

	@ParameterizedTest
	@EnumSource
	@DisplayName("2.4 what the handler itself compressed is replayed to clients that cannot take that, too")
	void theHandlerCompressed(Server server) {
		for (TestApplication application : List.of(application(server), TestApplication.shared(Store.MEMORY))) {
			Call call = ReplayTests.call(application, "/respond/encoded?encoding=gzip")
				.header("Content-Type", "text/plain;charset=UTF-8")
				.body("Zoë".getBytes(StandardCharsets.UTF_8));
			Answer first = zipped(call).send().assertFirst(200);
			assertThat(first.headers().get("Content-Encoding")).containsExactly("gzip");
			assertThat(decoded(first)).isEqualTo("Zoë 1".getBytes(StandardCharsets.UTF_8));
			Answer plain = call.send();
			assertThat(plain.headers()).doesNotContainKey("Content-Encoding");
			assertReplay(plain, first);
			assertReplay(zipped(call).send(), first);
			assertThat(call.executions()).isEqualTo(1);
		}
	}

	@Test
	@DisplayName("2.4 what the handler encoded in another way is delivered, and not run again")
	void theHandlerEncoded() {
		Call call = ReplayTests.call(application(Server.TOMCAT), "/respond/encoded?encoding=x-own")
			.header("Content-Type", "text/plain")
			.body("text".getBytes(StandardCharsets.UTF_8));
		Answer first = call.send().assertFirst(200);
		assertThat(first.headers().get("Content-Encoding")).containsExactly("x-own");
		assertThat(first.text()).isEqualTo("text 1");
		call.send().assertProblem(409, "not-replayable");
		assertThat(call.executions()).isEqualTo(1);
	}

	private static Call bare(Server server, String handler) {
		return Call.post(application(server), "/bare/" + handler);
	}

	private static Call zipped(Call call) {
		return call.header("Accept-Encoding", "gzip");
	}

	private static String varyOf(Answer answer) {
		return String.valueOf(answer.header("Vary"));
	}

	/** Asserts that a response is encoded like that of a handler without annotation. */
	private static Answer assertEncoded(Answer answer, Call bare, @Nullable String encoding) {
		assertThat(answer.header("Content-Encoding")).as(answer.text()).isEqualTo(encoding);
		Answer expected = bare.send();
		assertThat(answer.headers().get("Content-Encoding")).isEqualTo(expected.headers().get("Content-Encoding"));
		assertThat(answer.headers().get("Vary")).isEqualTo(expected.headers().get("Vary"));
		assertThat(decoded(answer)).hasSameSizeAs(decoded(expected));
		return answer;
	}

	/** Asserts that a response is a replay in whatever encoding. */
	private static void assertReplay(Answer replay, Answer first) {
		assertThat(replay.headers().get("Idempotent-Replayed")).containsExactly("true");
		assertThat(replay.status()).isEqualTo(first.status());
		assertThat(replay.headers().get("Content-Type")).isEqualTo(first.headers().get("Content-Type"));
		assertThat(decoded(replay)).isEqualTo(decoded(first));
	}

	private static byte[] decoded(Answer answer) {
		if (!"gzip".equals(answer.header("Content-Encoding"))) {
			return answer.body();
		}
		try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
			return stream.readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The servers, each of which compresses in its own way.
	 */
	enum Server {

		TOMCAT(OrdersApplication.class),

		JETTY(Surroundings.OnJetty.class),

		UNDERTOW(Surroundings.OnUndertow.class);

		private final Class<?> source;

		Server(Class<?> source) {
			this.source = source;
		}

	}

}
