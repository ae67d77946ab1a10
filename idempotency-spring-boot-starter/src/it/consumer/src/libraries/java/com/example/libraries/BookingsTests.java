package com.example.libraries;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;

import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.method.MethodToolCallbackProvider;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.graphql.data.method.annotation.support.AnnotatedControllerConfigurer;
import org.springframework.graphql.execution.GraphQlSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Mutations of GraphQL and tools of a language model.
 */
class BookingsTests {

	private static final String SCHEMA = """
			type Query { bookings(reference: String): Int }
			type Mutation { book(key: String, reference: String): Booking }
			type Booking { number: Int, reference: String }
			""";

	private static ConfigurableApplicationContext application;

	private final String reference = UUID.randomUUID().toString();

	private final String key = UUID.randomUUID().toString();

	@BeforeAll
	static void start() {
		application = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run("--spring.datasource.url=jdbc:h2:mem:bookings;DB_CLOSE_DELAY=-1", "--idempotency.repository=jdbc");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	@DisplayName("9.1 a mutation of GraphQL sent twice runs once, and has the first result again")
	void mutation() {
		GraphQL graphQl = graphQl();
		Object first = book(graphQl, this.reference);
		assertThat(book(graphQl, this.reference)).isEqualTo(first);
		assertThat(application.getBean(Bookings.class).count(this.reference)).isEqualTo(1);
	}

	private Object book(GraphQL graphQl, String name) {
		ExecutionResult result = graphQl.execute(ExecutionInput.newExecutionInput()
			.query("mutation($key: String, $reference: String) { book(key: $key, reference: $reference) { number reference } }")
			.variables(Map.of("key", this.key, "reference", name)));
		assertThat(result.getErrors()).isEmpty();
		Map<String, Object> data = result.getData();
		return data.get("book");
	}

	private static GraphQL graphQl() {
		AnnotatedControllerConfigurer controllers = new AnnotatedControllerConfigurer();
		controllers.setApplicationContext(application);
		controllers.afterPropertiesSet();
		return GraphQlSource.schemaResourceBuilder()
			.schemaResources(new ByteArrayResource(SCHEMA.getBytes(StandardCharsets.UTF_8)))
			.configureRuntimeWiring(controllers)
			.build()
			.graphQl();
	}

	@Test
	@DisplayName("9.1 a tool that a model calls twice runs once, and has the first result again")
	void tool() {
		ToolCallback tool = MethodToolCallbackProvider.builder()
			.toolObjects(application.getBean(Bookings.class))
			.build()
			.getToolCallbacks()[0];
		String input = "{\"key\":\"%s\",\"reference\":\"%s\"}".formatted(this.key, this.reference);
		String first = tool.call(input);
		assertThat(first).contains(this.reference);
		assertThat(tool.call(input)).isEqualTo(first);
		assertThat(application.getBean(Bookings.class).count(this.reference)).isEqualTo(1);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Bookings.class)
	static class Application {

	}

}
