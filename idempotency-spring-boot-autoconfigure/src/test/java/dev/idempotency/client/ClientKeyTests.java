package dev.idempotency.client;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.resilience4j.core.functions.CheckedSupplier;
import io.micrometer.context.ContextSnapshotFactory;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.retry.Retry;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.behaviour.Store;
import dev.idempotency.behaviour.TestApplication;
import dev.idempotency.client.Client.Orders;
import dev.idempotency.client.Client.Service;
import dev.idempotency.client.FaultyProxy.Fault;
import dev.idempotency.client.IdempotencyClientSettings.KeyFormat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Which key a request carries, with each client, against a real server.
 */
class ClientKeyTests {

	private static final String ORDER = "{\"item\":\"book\",\"quantity\":2}";

	private static final IdempotencyClientSettings SETTINGS = IdempotencyClientSettings.defaults();

	private final TestApplication application = TestApplication.shared(Store.MEMORY);

	private final String url = "http://localhost:" + this.application.port();

	private final String name = UUID.randomUUID().toString();

	private int runs() {
		return this.application.executions().count(this.name);
	}

	private static String key(ResponseEntity<?> response) {
		return IdempotentResponse.of(response.getHeaders()).key();
	}

	private static boolean isReplay(ResponseEntity<?> response) {
		return IdempotentResponse.of(response.getHeaders()).replayed();
	}

	@ParameterizedTest
	@EnumSource
	void twoCallsHaveTwoKeys(Client client) {
		Orders orders = client.to(this.url, SETTINGS);
		ResponseEntity<String> one = orders.post("orders", this.name, ORDER);
		ResponseEntity<String> another = orders.post("orders", this.name, ORDER);
		assertThat(runs()).isEqualTo(2);
		assertThat(UUID.fromString(key(one)).version()).isEqualTo(4);
		assertThat(key(another)).isNotEqualTo(key(one));
		assertThat(isReplay(another)).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void attemptsInOneScopeHaveOneKey(Client client) {
		Orders orders = client.to(this.url, SETTINGS);
		IdempotencyScope scope = IdempotencyScope.create();
		assertThat(scope.key()).isNull();
		ResponseEntity<String> first = scope.call(() -> orders.post("orders", this.name, ORDER));
		ResponseEntity<String> retry = scope.call(() -> orders.post("orders", this.name, ORDER));
		assertThat(runs()).isEqualTo(1);
		assertThat(retry.getBody()).isEqualTo(first.getBody());
		assertThat(isReplay(first)).isFalse();
		assertThat(isReplay(retry)).isTrue();
		assertThat(key(retry)).isEqualTo(key(first)).isEqualTo(scope.key().value());
		assertThat(IdempotencyScope.current()).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void aGivenKeyOutlivesTheProcess(Client client) {
		Orders orders = client.to(this.url, SETTINGS);
		IdempotencyKey writtenDown = new IdempotencyKey("order-" + this.name);
		ResponseEntity<String> first = IdempotencyScope.of(writtenDown)
			.call(() -> orders.post("orders", this.name, ORDER));
		ResponseEntity<String> retry = IdempotencyScope.of(writtenDown)
			.call(() -> orders.post("orders", this.name, ORDER));
		assertThat(key(first)).isEqualTo(writtenDown.value());
		assertThat(isReplay(retry)).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void anotherBodyInOneScopeIsNotSent(Client client) {
		Orders orders = client.to(this.url, SETTINGS);
		IdempotencyScope.create().run(() -> {
			orders.post("orders", this.name, ORDER);
			assertThatExceptionOfType(Exception.class)
				.isThrownBy(() -> orders.post("orders", this.name, "{\"item\":\"pen\",\"quantity\":2}"))
				.satisfies((ex) -> assertThat(NestedExceptionUtils.getMostSpecificCause(ex))
					.isInstanceOf(ReusedKeyException.class));
		});
		assertThat(runs()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void aScopesKeyIsForOneCall(Client client) {
		Orders orders = client.to(this.url, SETTINGS);
		for (IdempotencyScope scope : List.of(IdempotencyScope.create(),
				IdempotencyScope.of(new IdempotencyKey(this.name)))) {
			String first = key(scope.call(() -> orders.post("orders", this.name, ORDER)));
			assertThatExceptionOfType(Exception.class)
				.isThrownBy(() -> scope.call(() -> orders.post("instant", this.name, ORDER)))
				.satisfies((ex) -> assertThat(NestedExceptionUtils.getMostSpecificCause(ex))
					.isInstanceOf(ReusedKeyException.class)
					.hasMessageContaining("IdempotencyScope.named(")
					.hasMessageContaining("derivedFrom"));
			assertThat(isReplay(scope.call(() -> orders.post("orders", this.name, ORDER)))).isTrue();
			assertThat(first).isEqualTo(scope.key().value());
		}
		assertThat(runs()).isEqualTo(2);
	}

	static Stream<Arguments> scopesThatDerive() {
		Map<String, Function<IdempotencyKey, IdempotencyScope>> scopes = Map.of("derivedFrom",
				IdempotencyScope::derivedFrom, "named",
				(key) -> IdempotencyScope.of(key).call(() -> IdempotencyScope.named("checkout")), "named twice",
				(key) -> IdempotencyScope.derivedFrom(key)
					.call(() -> IdempotencyScope.named("checkout"))
					.call(() -> IdempotencyScope.named("payment")));
		return Stream.of(Client.values())
			.flatMap((client) -> scopes.entrySet()
				.stream()
				.map((scope) -> Arguments.of(client, scope.getKey(), scope.getValue())));
	}

	@ParameterizedTest
	@MethodSource("scopesThatDerive")
	void aDerivedKeyDoesNotDependOnTheOrderOfCalls(Client client, String description,
			Function<IdempotencyKey, IdempotencyScope> factory) {
		Orders orders = client.to(this.url, SETTINGS);
		Supplier<IdempotencyScope> scope = () -> factory.apply(new IdempotencyKey(this.name));
		List<String> keys = scope.get()
			.call(() -> List.of(key(orders.post("orders", this.name, ORDER)),
					key(orders.post("instant", this.name, ORDER))));
		assertThat(keys).doesNotHaveDuplicates().doesNotContain(this.name);
		assertThat(scope.get().call(() -> key(orders.post("instant", this.name, ORDER)))).isEqualTo(keys.get(1));
		assertThat(scope.get().call(() -> key(orders.post("orders", this.name, ORDER)))).isEqualTo(keys.get(0));
		assertThat(runs()).isEqualTo(2);
	}

	@Test
	void namedWithoutAScopeIsANewOperation() {
		Orders orders = Client.REST_CLIENT.to(this.url, SETTINGS);
		IdempotencyScope named = IdempotencyScope.named("checkout");
		List<String> keys = named.call(() -> List.of(key(orders.post("orders", this.name, ORDER)),
				key(orders.post("instant", this.name, ORDER)), key(orders.post("orders", this.name, ORDER))));
		assertThat(keys.get(0)).isEqualTo(keys.get(2)).isNotEqualTo(keys.get(1));
		assertThat(IdempotencyScope.named("checkout").call(() -> key(orders.post("orders", this.name, ORDER))))
			.isNotIn(keys);
	}

	@ParameterizedTest
	@EnumSource
	void theHostBelongsToTheCall(Client client) {
		String elsewhere = "http://127.0.0.1:" + this.application.port();
		IdempotencyScope scope = IdempotencyScope.derivedFrom(new IdempotencyKey(this.name));
		String key = scope.call(() -> key(client.to(this.url, SETTINGS).post("orders", this.name, ORDER)));
		String other = scope.call(() -> key(
				client.to(elsewhere, SETTINGS).post("orders", this.name, "{\"item\":\"pen\",\"quantity\":2}")));
		assertThat(other).isNotEqualTo(key);
		IdempotencyClientSettings named = SETTINGS.toBuilder()
			.name("orders", List.of("localhost", "127.0.0.1"))
			.build();
		assertThat(scope.call(() -> key(client.to(this.url, named).post("orders", this.name, ORDER))))
			.isEqualTo(scope.call(() -> key(client.to(elsewhere, named).post("orders", this.name, ORDER))));
		assertThat(runs()).isEqualTo(3);
	}

	/** Whichever call comes first gets the key, and no other call ever does. */
	@RepeatedTest(20)
	void parallelCallsInOneScopeDoNotSwapKeys() {
		Orders orders = Client.REST_CLIENT.to(this.url, SETTINGS);
		IdempotencyKey key = new IdempotencyKey(this.name);
		Function<IdempotencyScope, List<String>> both = (scope) -> Stream.of("orders", "instant")
			.map((path) -> CompletableFuture
				.supplyAsync(() -> scope.call(() -> key(orders.post(path, this.name, ORDER)))))
			.toList()
			.stream()
			.map((call) -> call.exceptionally((ex) -> "refused").join())
			.toList();
		assertThat(both.apply(IdempotencyScope.of(key))).containsExactlyInAnyOrder(this.name, "refused");
		assertThat(both.apply(IdempotencyScope.derivedFrom(key)))
			.isEqualTo(both.apply(IdempotencyScope.derivedFrom(key)));
	}

	@Test
	void namesTellCallsToOneUrlApart() {
		Orders orders = Client.REST_CLIENT.to(this.url, SETTINGS);
		IdempotencyScope.Call<List<String>, RuntimeException> work = () -> List.of("one", "two", "one")
			.stream()
			.map((item) -> IdempotencyScope.named(item)
				.call(() -> key(orders.post("orders", this.name, "{\"item\":\"" + item + "\",\"quantity\":2}"))))
			.toList();
		List<String> keys = IdempotencyScope.of(new IdempotencyKey(this.name)).call(work);
		assertThat(keys.get(0)).isEqualTo(keys.get(2)).isNotEqualTo(keys.get(1)).isNotEqualTo(this.name);
		assertThat(runs()).isEqualTo(2);
		assertThat(IdempotencyScope.of(new IdempotencyKey(this.name)).call(work)).isEqualTo(keys);
		assertThat(work.call()).doesNotHaveDuplicates();
	}

	@Test
	void aScopeOfItsOwnIsIndependentOfTheSurroundingOne() {
		Orders orders = Client.REST_CLIENT.to(this.url, SETTINGS);
		IdempotencyScope outer = IdempotencyScope.create();
		outer.run(() -> {
			String inner = IdempotencyScope.create().call(() -> key(orders.post("orders", this.name, ORDER)));
			assertThat(IdempotencyScope.current()).isSameAs(outer);
			assertThat(key(orders.post("orders", this.name, ORDER))).isNotEqualTo(inner);
		});
		assertThat(runs()).isEqualTo(2);
	}

	@Test
	void noRequestCarriesTheKeyFromWhichOthersAreDerived() {
		Orders orders = Client.REST_CLIENT.to(this.url, SETTINGS);
		String derived = IdempotencyScope.derivedFrom(new IdempotencyKey(this.name))
			.call(() -> key(orders.post("orders", this.name, ORDER)));
		assertThat(derived).isNotEqualTo(this.name);
		assertThat(UUID.fromString(derived).version()).isEqualTo(8);
		assertThat(IdempotencyScope.derivedFrom(new IdempotencyKey(this.name))
			.call(() -> key(orders.post("orders", this.name, ORDER)))).isEqualTo(derived);
	}

	@Test
	void aCallersKeyStays() {
		for (Service service : services()) {
			String header = "\"" + UUID.randomUUID() + "\"";
			ResponseEntity<String> response = IdempotencyScope.create()
				.call(() -> service.postWithHeader(header, this.name, ORDER));
			assertThat(header).isEqualTo("\"" + key(response) + "\"");
			assertThat(isReplay(service.postWithHeader(header, this.name, ORDER))).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aKeyOfAnyCharactersIsSentInQuotes(Client client) {
		Orders orders = client.to(this.url, SETTINGS);
		IdempotencyKey key = new IdempotencyKey(" " + this.name + "\\ \"a\", b; c=d~\\");
		ResponseEntity<String> first = IdempotencyScope.of(key).call(() -> orders.post("orders", this.name, ORDER));
		assertThat(key(first)).isEqualTo(key.value());
		ResponseEntity<String> again = IdempotencyScope.of(key).call(() -> orders.post("orders", this.name, ORDER));
		assertThat(isReplay(again)).isTrue();
		assertThat(key(again)).isEqualTo(key.value());
		assertThat(runs()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void aKeyThatNeedsQuotesIsNotSentWithout(Client client) {
		Orders orders = client.to(this.url, SETTINGS.withHeader("Idempotency-Key", KeyFormat.BARE));
		IdempotencyScope.of(new IdempotencyKey(this.name)).run(() -> orders.post("orders", this.name, ORDER));
		for (String character : List.of(" ", ",", ";", "\"", "\\")) {
			IdempotencyScope scope = IdempotencyScope.of(new IdempotencyKey(this.name + character));
			assertThatIllegalArgumentException()
				.isThrownBy(() -> scope.run(() -> orders.post("orders", this.name, ORDER)))
				.withMessageContaining("'quoted'");
		}
		assertThat(runs()).isEqualTo(1);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			"{name}"          | {name}
			"{name}";v=1      | {name}
			"{name} \\"\\\\"    | {name} "\\
			"{name} a;b, \\"" | {name} a;b, "
			{name}            | {name}
			""")
	void aCallersKeyIsToldWithoutItsQuotes(String header, String key) {
		for (Service service : services()) {
			String name = UUID.randomUUID().toString();
			ResponseEntity<String> response = service.postWithHeader(header.replace("{name}", name), this.name, ORDER);
			assertThat(key(response)).isEqualTo(key.replace("{name}", name));
			assertThat(isReplay(service.postWithHeader(header.replace("{name}", name), this.name, ORDER))).isTrue();
		}
	}

	@Test
	void aRequestAttributeCarriesTheKey() {
		for (Service service : services()) {
			IdempotencyScope scope = IdempotencyScope.create();
			String key = key(service.postWithAttribute(scope, this.name, ORDER));
			assertThat(scope.key().value()).isEqualTo(key);
			assertThat(isReplay(service.postWithAttribute(scope, this.name, ORDER))).isTrue();
		}
		RestClient client = Client.restClient(this.url, SETTINGS);
		for (Object key : List.of("k" + this.name, new IdempotencyKey("k" + this.name))) {
			ResponseEntity<String> response = client.post()
				.uri("/orders")
				.attribute(IdempotencyScope.ATTRIBUTE, key)
				.contentType(MediaType.APPLICATION_JSON)
				.body(ORDER)
				.retrieve()
				.toEntity(String.class);
			assertThat(key(response)).isEqualTo("k" + this.name);
		}
		assertThatIllegalArgumentException()
			.isThrownBy(() -> client.post()
				.uri("/orders")
				.attribute(IdempotencyScope.ATTRIBUTE, 1)
				.retrieve()
				.toEntity(String.class))
			.withMessageContaining("java.lang.Integer");
	}

	private List<Service> services() {
		return List.of(Client.service(RestClientAdapter.create(Client.restClient(this.url, SETTINGS))),
				Client.service(WebClientAdapter.create(Client.webClient(this.url, SETTINGS))));
	}

	@ParameterizedTest
	@EnumSource
	void otherHostsAndMethodsGetNoKey(Client client) {
		for (IdempotencyClientSettings others : List.of(SETTINGS.withHosts("*.example.com", "127.0.0.1"),
				SETTINGS.withHosts("localhost:1"), SETTINGS.withMethods(HttpMethod.PUT))) {
			ResponseEntity<String> response = client.to(this.url, others).post("optional", this.name, ORDER);
			assertThat(response.getHeaders().headerSet()).noneMatch((header) -> header.getKey().startsWith("Idemp"));
			assertThat(IdempotentResponse.of(response.getHeaders())).isNull();
		}
		Orders orders = client.to(this.url, SETTINGS.withHosts("LOCAL*:" + this.application.port()));
		assertThat(key(orders.post("optional", this.name, ORDER))).isNotEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void anotherHeaderWithABareKeyAndAnotherMark(Client client) {
		String repository = "idempotency.header-name=X-Request-Id";
		TestApplication other = TestApplication.shared(Store.MEMORY, repository,
				"idempotency.replay.header-name=X-Repeated");
		Orders orders = client.to("http://localhost:" + other.port(),
				SETTINGS.withHeader("X-Request-Id", IdempotencyClientSettings.KeyFormat.BARE)
					.withReplayHeader("X-Repeated"));
		IdempotencyScope.create().run(() -> {
			assertThat(isReplay(orders.post("orders", this.name, ORDER))).isFalse();
			assertThat(isReplay(orders.post("orders", this.name, ORDER))).isTrue();
		});
	}

	@Test
	void errorsSayWhichKeyWasUsed() {
		IdempotencyScope scope = IdempotencyScope.create();
		assertThatExceptionOfType(HttpClientErrorException.class).isThrownBy(
				() -> scope.call(() -> Client.REST_CLIENT.to(this.url, SETTINGS).post("orders", this.name, "no JSON")))
			.satisfies((ex) -> assertThat(IdempotentResponse.of(ex.getResponseHeaders()).key())
				.isEqualTo(scope.key().value()))
			.satisfies((ex) -> assertThat(IdempotentResponse.of(ex.getResponseHeaders()).idempotencyKey())
				.isEqualTo(scope.key()));
		IdempotencyScope reactive = IdempotencyScope.create();
		assertThatExceptionOfType(WebClientResponseException.class)
			.isThrownBy(() -> reactive
				.call(() -> Client.WEB_CLIENT.to(this.url, SETTINGS).post("orders", this.name, "no JSON")))
			.satisfies(
					(ex) -> assertThat(IdempotentResponse.of(ex.getHeaders()).key()).isEqualTo(reactive.key().value()));
		assertThat(IdempotentResponse.of(null)).isNull();
		assertThat(IdempotentResponse.of(new HttpHeaders())).isNull();
	}

	@Test
	void aMultipartBodyIsTheSameWithAnotherBoundary() {
		RestClient client = Client.restClient(this.url, SETTINGS);
		IdempotencyScope.create().run(() -> {
			assertThat(isReplay(upload(client))).isFalse();
			assertThat(isReplay(upload(client))).isTrue();
		});
		assertThat(runs()).isEqualTo(1);
	}

	private ResponseEntity<String> upload(RestClient client) {
		MultiValueMap<String, Object> parts = new LinkedMultiValueMap<>();
		parts.add("file", new ByteArrayResource(new byte[] { 1, 2, -1 }) {

			@Override
			public String getFilename() {
				return "a.bin";
			}

		});
		return client.post()
			.uri("/idempotent/parts")
			.header("X-Case", this.name)
			.contentType(MediaType.MULTIPART_FORM_DATA)
			.body(parts)
			.retrieve()
			.toEntity(String.class);
	}

	@Test
	void aBodyThatWasReadAlreadyIsNotSentEmpty() {
		RestClient client = Client.restClient(this.url, SETTINGS);
		InputStreamResource once = new InputStreamResource(
				new ByteArrayInputStream(ORDER.getBytes(StandardCharsets.UTF_8)));
		CheckedSupplier<ResponseEntity<String>> call = () -> client.post()
			.uri("/orders")
			.header("X-Case", this.name)
			.contentType(MediaType.APPLICATION_JSON)
			.body(once)
			.retrieve()
			.toEntity(String.class);
		IdempotencyScope.create().run(() -> {
			assertThat(isReplay(call.unchecked().get())).isFalse();
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> call.unchecked().get());
		});
		assertThat(runs()).isEqualTo(1);
	}

	@Test
	void aReactiveRequestKeepsItsKeyWhenItIsSubscribedToAgain() {
		WebClient client = Client.webClient(this.url, SETTINGS);
		AtomicInteger attempts = new AtomicInteger();
		Mono<ResponseEntity<String>> request = order(client).flatMap((response) -> {
			boolean lost = attempts.incrementAndGet() < 3;
			return lost ? Mono.error(new IllegalStateException("lost")) : Mono.just(response);
		});
		ResponseEntity<String> response = request.retryWhen(Retry.fixedDelay(2, Duration.ofMillis(1))).block();
		assertThat(isReplay(response)).isTrue();
		assertThat(runs()).isEqualTo(1);
		// Begun in a scope, and tried again on a thread that knows nothing of it
		attempts.set(0);
		IdempotencyScope scope = IdempotencyScope.create();
		response = scope.call(() -> order(client)
			.flatMap((answer) -> (attempts.incrementAndGet() < 3)
					? Mono.<ResponseEntity<String>>error(new IllegalStateException("lost")) : Mono.just(answer))
			.retryWhen(Retry.fixedDelay(2, Duration.ofMillis(1)))
			.block());
		assertThat(isReplay(response)).isTrue();
		assertThat(key(response)).isEqualTo(scope.key().value());
		assertThat(runs()).isEqualTo(2);
	}

	@Test
	void reactorsContextCarriesTheScope() {
		WebClient client = Client.webClient(this.url, SETTINGS);
		IdempotencyScope scope = IdempotencyScope.create();
		Context context = Context.of(IdempotencyScope.class, scope);
		assertThat(isReplay(order(client).contextWrite(context).block())).isFalse();
		assertThat(isReplay(
				Mono.delay(Duration.ofMillis(1)).then(Mono.defer(() -> order(client))).contextWrite(context).block()))
			.isTrue();
		assertThat(runs()).isEqualTo(1);
		// Carried over from the thread
		assertThat(isReplay(scope.call(
				() -> Mono.delay(Duration.ofMillis(1)).then(Mono.defer(() -> order(client))).contextCapture().block())))
			.isTrue();
	}

	@Test
	void aReactiveRequestBelongsToTheScopeInWhichItWasMade() {
		WebClient client = Client.webClient(this.url, SETTINGS);
		IdempotencyScope scope = IdempotencyScope.create();
		String key = key(scope.call(() -> order(client)).block());
		assertThat(scope.key().value()).isEqualTo(key);
		IdempotencyScope other = IdempotencyScope.create();
		assertThat(other.call(() -> key(scope.call(() -> order(client)).block()))).isEqualTo(key);
		assertThat(runs()).isEqualTo(1);
		// Nearer to it is what somebody wrote into the context
		Context context = Context.of(IdempotencyScope.class, scope);
		assertThat(key(other.call(() -> order(client)).contextWrite(context).block())).isEqualTo(key);
		// But not if it was made in a scope within that one
		assertThat(key(
				scope.call(() -> IdempotencyScope.named("a").call(() -> order(client))).contextWrite(context).block()))
			.isNotEqualTo(key);
		assertThat(key(scope.call(() -> other.call(() -> order(client))).contextWrite(context).block()))
			.isEqualTo(other.key().value())
			.isNotEqualTo(key);
	}

	@Test
	void aFilterThatCannotTellOperationsApartSendsNothing() {
		WebClient client = WebClient.builder()
			.baseUrl(this.url)
			.filter(new IdempotencyKeyFilter(SETTINGS, IdempotencyKeyGenerator.randomUuid()))
			.build();
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> order(client).retryWhen(Retry.fixedDelay(2, Duration.ofMillis(1))).block())
			.havingRootCause()
			.withMessageContaining("builder.apply(filter::customize)");
		assertThat(runs()).isEqualTo(0);
		String key = UUID.randomUUID().toString();
		assertThat(isReplay(IdempotencyScope.of(new IdempotencyKey(key)).call(() -> order(client).block()))).isFalse();
		assertThat(isReplay(client.post()
			.uri("/orders")
			.header("X-Case", this.name)
			.attribute(IdempotencyScope.ATTRIBUTE, key)
			.bodyValue(Map.of("item", "book", "quantity", 2))
			.retrieve()
			.toEntity(String.class)
			.block())).isTrue();
		assertThat(runs()).isEqualTo(1);
	}

	@Test
	void aClientHasOneFilterHoweverOftenItIsAdded() {
		IdempotencyKeyFilter one = new IdempotencyKeyFilter(SETTINGS, IdempotencyKeyGenerator.randomUuid());
		IdempotencyKeyFilter other = new IdempotencyKeyFilter(SETTINGS, IdempotencyKeyGenerator.randomUuid());
		WebClient.Builder builder = WebClient.builder().filter(one).apply(one::customize).apply(other::customize);
		builder.filters((filters) -> assertThat(filters).containsExactly(other));
		assertThat(isReplay(order(builder.baseUrl(this.url).build()).block())).isFalse();
	}

	@Test
	void aBlockingClientHasOneInterceptorHoweverOftenItIsAdded() {
		IdempotencyClientSettings tries = SETTINGS
			.withRetry(IdempotencyRetrySettings.defaults().withIntervals(Duration.ofMillis(1), Duration.ofMillis(1)));
		IdempotencyKeyInterceptor one = new IdempotencyKeyInterceptor(tries, IdempotencyKeyGenerator.randomUuid());
		IdempotencyKeyInterceptor other = new IdempotencyKeyInterceptor(tries, IdempotencyKeyGenerator.randomUuid());
		RestClient.Builder builder = RestClient.builder()
			.requestFactory(new JdkClientHttpRequestFactory())
			.requestInterceptor(one);
		builder.apply(one::customize)
			.apply(other::customize)
			.requestInterceptors((all) -> assertThat(all).containsExactly(other));
		RestTemplate template = new RestTemplate();
		one.customize(template);
		other.customize(template);
		assertThat(template.getInterceptors()).containsExactly(other);
		try (FaultyProxy proxy = new FaultyProxy(this.application.port(),
				Collections.nCopies(10, Fault.UNAVAILABLE).toArray(Fault[]::new))) {
			assertThatExceptionOfType(UnknownOutcomeException.class).isThrownBy(() -> builder.requestInterceptor(one)
				.build()
				.post()
				.uri(proxy.url() + "/orders")
				.retrieve()
				.toBodilessEntity());
			assertThat(proxy.requests()).as("two that had been added by hand").hasSize(5);
		}
	}

	private Mono<ResponseEntity<String>> order(WebClient client) {
		return client.post()
			.uri("/orders")
			.header("X-Case", this.name)
			.bodyValue(Map.of("item", "book", "quantity", 2))
			.retrieve()
			.toEntity(String.class);
	}

	@Test
	void otherThreadsHaveTheScopeWhenTheContextIsPropagated() throws Exception {
		Orders orders = Client.REST_CLIENT.to(this.url, SETTINGS);
		IdempotencyScope scope = IdempotencyScope.create();
		Runnable work = () -> orders.post("orders", this.name, ORDER);
		scope.run(() -> {
			Thread carried = new Thread(ContextSnapshotFactory.builder().build().captureAll().wrap(work));
			carried.start();
			carried.join();
			work.run();
		});
		assertThat(runs()).isEqualTo(1);
		scope.run(() -> {
			Thread bare = new Thread(work);
			bare.start();
			bare.join();
		});
		assertThat(runs()).isEqualTo(2);
	}

}
