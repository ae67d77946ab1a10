package dev.idempotency.behaviour;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

import dev.idempotency.behaviour.app.OrdersApplication;
import dev.idempotency.behaviour.app.Surroundings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 8 of the behaviour: all of it holds whatever stands around the application.
 */
class SurroundingsTests {

	private static TestApplication start(Class<?> source, String... properties) {
		return TestApplication.start(source, properties(properties));
	}

	private static List<String> properties(String... properties) {
		List<String> all = new ArrayList<>(Store.MEMORY.properties("surroundings"));
		all.addAll(List.of(properties));
		return all;
	}

	@Nested
	@DisplayName("with a context path")
	class WithContextPath extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(OrdersApplication.class, "server.servlet.context-path=/shop");
		}

		@Override
		String prefix() {
			return "/shop";
		}

	}

	@Nested
	@DisplayName("on Jetty")
	class OnJetty extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(Surroundings.OnJetty.class);
		}

	}

	@Nested
	@DisplayName("on Undertow")
	class OnUndertow extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(Surroundings.OnUndertow.class);
		}

	}

	@Nested
	@DisplayName("on virtual threads")
	@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "Virtual threads came with Java 21")
	class OnVirtualThreads extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(OrdersApplication.class, "spring.threads.virtual.enabled=true");
		}

	}

	@Nested
	@DisplayName("with a ShallowEtagHeaderFilter within the library's filter")
	class WithEtagFilterWithin extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(Surroundings.EtagFilterWithin.class);
		}

	}

	@Nested
	@DisplayName("with a ShallowEtagHeaderFilter around the library's filter")
	class WithEtagFilterAround extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(Surroundings.EtagFilterAround.class);
		}

		@Test
		@DisplayName("8.3 what a handler sends when the filter is through is not lost, as without annotation")
		void anAnswerPastTheFilter() {
			assertThat(call("/web/servlet-async").send().assertFirst(200).text()).startsWith("async");
			Call call = call("/async/servlet");
			for (int i = 0; i < 20; i++) {
				Answer first = call.key("past-" + call.name() + i).send().assertFirst(201);
				assertThat(first.text()).contains("run");
			}
		}

	}

	@Nested
	@DisplayName("with a HiddenHttpMethodFilter")
	class WithHiddenMethods extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(OrdersApplication.class, "spring.mvc.hiddenmethod.filter.enabled=true");
		}

		@ParameterizedTest
		@ValueSource(strings = { "PUT", "PATCH", "DELETE" })
		@DisplayName("8.3 a form post that stands for another method")
		void aFormPostInPlaceOf(String method) {
			for (String target : List.of("/idempotent/parameters", "/idempotent/parameter-arguments")) {
				Call call = form(target, "_method=" + method + "&name=Zo%C3%AB&color=red");
				Answer first = assertReplayed(call, 200);
				assertThat(first.text()).contains("Zoë", "red", method);
				assertRefused(
						call.body(("_method=" + method + "&name=Zo%C3%AB&color=blue").getBytes(StandardCharsets.UTF_8)),
						call, first);
				assertRefused(call.body("name=Zo%C3%AB&color=red".getBytes(StandardCharsets.UTF_8)), call, first);
			}
		}

	}

	@Nested
	@DisplayName("with Spring Security")
	class WithSecurity extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return TestApplication.start(Surroundings.Secured.class, properties(), "Security");
		}

		@Override
		Call prepare(Call call) {
			return call.user("ada", "secret");
		}

		@Test
		@DisplayName("8.3 the headers of its filters stand on replays, once")
		void headersOfItsFilters() {
			Call order = order();
			Answer first = order.send().assertFirst(201);
			assertThat(first.headers().get("X-Content-Type-Options")).containsExactly("nosniff");
			first.headers().keySet().removeAll(List.of("Date", "Transfer-Encoding"));
			assertThat(order.send().assertReplayOf(first).headers()).containsAllEntriesOf(first.headers());
		}

	}

	@Nested
	@DisplayName("with Spring Session")
	class WithSessions extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return TestApplication.start(Surroundings.WithSessions.class, properties(), "Session");
		}

		@Test
		@DisplayName("8.3 the cookie of a new session goes to the first client only")
		void theCookieOfASession() {
			Call call = call("/baskets");
			Answer first = call.send().assertFirst(201);
			assertThat(first.text()).contains("\"items\":1");
			assertThat(first.headers().get("Set-Cookie")).singleElement().asString().startsWith("SESSION=");
			String cookie = String.valueOf(first.header("Set-Cookie")).replaceFirst(";.*", "");
			first.headers().remove("Set-Cookie");
			call.send().assertReplayOf(first);
			call.header("Cookie", cookie).send().assertReplayOf(first);
			assertThat(call.executions()).isEqualTo(1);
			Answer basket = call.method("GET").header("Cookie", cookie).send().assertFirst(200);
			assertThat(basket.text()).contains("\"items\":1");
			Call next = call.key("next-" + call.name()).header("Cookie", cookie);
			assertThat(next.send().assertFirst(201).text()).contains("\"items\":2");
		}

	}

	@Nested
	@DisplayName("with JPA and open-in-view")
	class WithJpa extends AllOfTheAbove {

		@Override
		TestApplication start() {
			List<String> properties = new ArrayList<>(Store.H2.properties("jpa"));
			properties.add("spring.jpa.open-in-view=true");
			properties.add("spring.jpa.hibernate.ddl-auto=create-drop");
			return TestApplication.start(Surroundings.WithJpa.class, properties, "Jpa", "Aop");
		}

		@Test
		@DisplayName("8.3 an entity is saved once, however often it is asked for")
		void anEntityIsSavedOnce() {
			String parcel = UUID.randomUUID().toString();
			Call call = call("/shipments").json("[\"" + parcel + "\"]");
			Answer first = assertReplayed(call, 201);
			assertThat(first.text()).contains("\"parcels\":[\"" + parcel + "\"]");
			assertThat(rowsWith(parcel)).isEqualTo(1);
			String id = first.text().replaceFirst(".*\"id\":\"([^\"]*)\".*", "$1");
			Answer loadedLate = assertReplayed(call("/shipments/" + id + "/copies"), 201);
			assertThat(loadedLate.text()).contains("\"parcels\":[\"" + parcel + "\"]");
			assertThat(rowsWith("copy of " + id)).isEqualTo(1);
		}

		@Test
		@DisplayName("8.3 an entity whose transaction was rolled back leaves the key free")
		void anEntityIsLost() {
			Call call = call("/shipments/lost");
			call.send().assertFirst(500);
			call.send().assertFirst(500);
			assertThat(call.executions()).isEqualTo(2);
			assertThat(rowsWith("lost")).isZero();
		}

		private int rowsWith(String parcel) {
			JdbcTemplate jdbc = application().context().getBean(JdbcTemplate.class);
			return jdbc.queryForList("select parcels from shipment_parcels where parcels = ?", parcel).size();
		}

	}

	@Nested
	@DisplayName("with a second dispatcher servlet on the same context")
	class WithSecondServlet extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(Surroundings.SecondServlet.class);
		}

		@Override
		String prefix() {
			return "/second";
		}

		@Test
		@DisplayName("8.3 the same handler by the other servlet is another request")
		void theOtherServlet() {
			Call order = order();
			Answer first = order.send().assertFirst(201);
			assertRefused(order.target("/orders"), order, first);
		}

	}

	@Nested
	@DisplayName("with a second dispatcher servlet that has a context of its own")
	class WithSecondContext extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(Surroundings.SecondContext.class);
		}

		@Override
		String prefix() {
			return "/second";
		}

	}

	@Nested
	@DisplayName("with advices of the application that answer failures and change bodies")
	class WithSecondAdvice extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(Surroundings.SecondAdvice.class);
		}

		@Test
		@DisplayName("8.3 what an advice made of the body is what a retry gets")
		void theBodyOfAnAdvice() {
			Answer first = assertReplayed(order(), 201);
			assertThat(first.text()).startsWith("{\"order\":{");
			assertThat(first.headers()).containsKey("X-Advised");
		}

	}

	@Nested
	@DisplayName("with the problem details of Spring MVC")
	class WithProblemDetails extends AllOfTheAbove {

		@Override
		TestApplication start() {
			return SurroundingsTests.start(OrdersApplication.class, "spring.mvc.problemdetails.enabled=true");
		}

	}

}
