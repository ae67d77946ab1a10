package dev.idempotency.autoconfigure;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.ResponseEntity;
import org.springframework.javapoet.ClassName;
import org.springframework.security.authorization.method.AuthorizationAdvisor;
import org.springframework.stereotype.Controller;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.Idempotent;
import dev.idempotency.actuate.IdempotencyEndpoint;
import dev.idempotency.actuate.IdempotencyOverview;
import dev.idempotency.actuate.RecordDescription;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image keeps of the library and of the results that expressions look at.
 */
class RuntimeHintsTests {

	@Test
	void everyResourceOfTheLibraryIsKept() throws IOException {
		RuntimeHints hints = hints(getClass().getClassLoader());
		List<String> resources = Stream
			.of(new PathMatchingResourcePatternResolver().getResources("classpath*:dev/idempotency/**/*.*"))
			.map(RuntimeHintsTests::path)
			.filter((path) -> !path.endsWith(".class"))
			.toList();
		assertThat(resources).contains("dev/idempotency/repository/jdbc/schema-postgresql.sql",
				"dev/idempotency/repository/redis/claim.lua");
		assertThat(resources)
			.allSatisfy((path) -> assertThat(RuntimeHintsPredicates.resource().forResource(path)).accepts(hints));
	}

	private static String path(Resource resource) {
		try {
			String url = resource.getURL().toString();
			return url.substring(url.lastIndexOf("dev/idempotency/"));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void theDriverOfRedisIsFound() {
		assertThat(RuntimeHintsPredicates.reflection().onType(RedisClusterAsyncCommands.class))
			.accepts(hints(getClass().getClassLoader()));
	}

	@Test
	void methodSecurityIsFoundAndAsked() {
		RuntimeHints hints = hints(getClass().getClassLoader());
		assertThat(RuntimeHintsPredicates.reflection().onType(AuthorizationAdvisor.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(HttpServletResponse.class)).accepts(hints);
	}

	@ParameterizedTest
	@ValueSource(classes = { IdempotencyOverview.class, IdempotencyOverview.Handler.class, RecordDescription.class,
			IdempotencyEndpoint.Problem.class })
	void whatTheEndpointAnswersCanBeWritten(Class<?> answer) {
		RuntimeHints hints = process(IdempotencyEndpoint.class);
		assertThat(answer.getRecordComponents())
			.allSatisfy((component) -> assertThat(invocation(answer, component.getName())).accepts(hints));
	}

	@ParameterizedTest
	@ValueSource(strings = { "read", "delete", "settle" })
	void theEndpointCanBeCalled(String operation) {
		assertThat(invocation(IdempotencyEndpoint.class, operation)).accepts(process(IdempotencyEndpoint.class));
	}

	@Test
	void anApplicationWithoutServletRedisAndSecurityIsProcessed() {
		RuntimeHints hints = hints(
				new FilteredClassLoader("jakarta.servlet", "io.lettuce", "org.springframework.security"));
		assertThat(hints.reflection().typeHints()).isEmpty();
		assertThat(hints.proxies().jdkProxyHints()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(classes = { OnMethod.class, OnClass.class, Composed.class, OfInterface.class, Inherited.class })
	void anExpressionCanCallTheResult(Class<?> controller) {
		RuntimeHints hints = process(controller);
		assertThat(invocation(Result.class, "is")).accepts(hints);
		assertThat(invocation(Result.class, "getPart")).accepts(hints);
		assertThat(invocation(Part.class, "open")).accepts(hints);
	}

	@ParameterizedTest
	@ValueSource(classes = { Keyed.class, KeyedOfInterface.class })
	void theKeyOfAMethodCanCallItsArgumentsAndTheResultCanBeKept(Class<?> bean) {
		RuntimeHints hints = process(bean);
		assertThat(invocation(Message.class, "id")).accepts(hints);
		assertThat(invocation(Message.class, "getPart")).accepts(hints);
		assertThat(invocation(Part.class, "open")).accepts(hints);
		assertThat(invocation(Kept.class, "value")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(Kept.class)
			.withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)).accepts(hints);
	}

	@ParameterizedTest
	@ValueSource(classes = { WithoutUnless.class, NoController.class })
	void whatNoExpressionLooksAtIsLeftAlone(Class<?> bean) {
		assertThat(invocation(Result.class, "is")).rejects(process(bean));
	}

	@Test
	void typesOfTheJdkAreLeftAlone() {
		RuntimeHints hints = process(Texts.class);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(String.class)
			.withMemberCategory(MemberCategory.INVOKE_PUBLIC_METHODS)).rejects(hints);
	}

	private static Predicate<RuntimeHints> invocation(Class<?> type, String method) {
		return RuntimeHintsPredicates.reflection().onMethod(type, method).invoke();
	}

	/** The hints of our registrar, found as Spring finds it. */
	private static RuntimeHints hints(ClassLoader classLoader) {
		RuntimeHints hints = new RuntimeHints();
		List<RuntimeHintsRegistrar> registrars = AotServices.factories()
			.load(RuntimeHintsRegistrar.class)
			.stream()
			.filter((registrar) -> registrar.getClass().getName().startsWith("dev.idempotency."))
			.toList();
		assertThat(registrars).isNotEmpty();
		registrars.forEach((registrar) -> registrar.registerHints(hints, classLoader));
		return hints;
	}

	private static RuntimeHints process(Class<?> bean) {
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get("dev.idempotency.autoconfigure", "Hints")),
				new InMemoryGeneratedFiles());
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			new AnnotatedBeanDefinitionReader(context).register(bean);
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		}
		return generation.getRuntimeHints();
	}

	@RestController
	static class OnMethod {

		@PostMapping("/")
		@Idempotent(unless = "#result.is('open')")
		CompletableFuture<ResponseEntity<List<Result>>> handle() {
			return CompletableFuture.completedFuture(ResponseEntity.ok(List.of()));
		}

	}

	@RestController
	@Idempotent(unless = "#result.is('open')")
	static class OnClass {

		@PostMapping("/")
		Result handle() {
			return new Result();
		}

	}

	@RestController
	static class Composed {

		@PostMapping("/")
		@RecordedUnless("#result.is('open')")
		Result handle() {
			return new Result();
		}

	}

	interface Operations {

		@Idempotent(unless = "#result.is('open')")
		Result handle();

	}

	@RestController
	static class OfInterface implements Operations {

		@Override
		@PostMapping("/")
		public Result handle() {
			return new Result();
		}

	}

	abstract static class Base<T> {

		@PostMapping("/")
		@Idempotent(unless = "#result.is('open')")
		ResponseEntity<T> handle() {
			return ResponseEntity.noContent().build();
		}

	}

	@RestController
	static class Inherited extends Base<Result> {

	}

	@RestController
	static class WithoutUnless {

		@PostMapping("/")
		@Idempotent
		Result handle() {
			return new Result();
		}

	}

	@Service
	static class NoController {

		@Idempotent(unless = "#result.is('open')")
		Result handle() {
			return new Result();
		}

	}

	interface Keys {

		@Idempotent(key = "#message.id('order')")
		CompletableFuture<List<Kept>> on(Message message);

	}

	@Service
	static class KeyedOfInterface implements Keys {

		@Override
		public CompletableFuture<List<Kept>> on(Message message) {
			return CompletableFuture.completedFuture(List.of());
		}

	}

	@Service
	static class Keyed {

		@Idempotent(key = "#message.id('order')")
		List<Kept> on(Message message) {
			return List.of();
		}

	}

	@Controller
	static class Texts {

		@PostMapping("/")
		@Idempotent(unless = "#result.isEmpty()")
		ResponseEntity<String> handle() {
			return ResponseEntity.ok("");
		}

	}

	@Target({ ElementType.METHOD, ElementType.TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@Idempotent
	@interface RecordedUnless {

		@AliasFor(annotation = Idempotent.class, attribute = "unless")
		String value();

	}

	public static final class Result {

		public boolean is(String state) {
			return state.isEmpty();
		}

		public Part getPart() {
			return new Part(false);
		}

	}

	public static final class Message {

		public String id(String kind) {
			return kind;
		}

		public Part getPart() {
			return new Part(false);
		}

	}

	record Kept(String value) {
	}

	record Part(boolean open) {
	}

}
