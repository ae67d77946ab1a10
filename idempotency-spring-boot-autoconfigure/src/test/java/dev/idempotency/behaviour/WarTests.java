package dev.idempotency.behaviour;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.idempotency.behaviour.app.WarInitializer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 2 of the behaviour: in a servlet container of its own, where Spring Boot's
 * filter renders error pages by a forward.
 */
class WarTests {

	private static final Tomcat TOMCAT = new Tomcat();

	private static @Nullable HttpClient client;

	@BeforeAll
	static void deploy(@TempDir Path directory) throws Exception {
		List<String> properties = new ArrayList<>(Store.MEMORY.properties("war"));
		properties.add("spring.application.name=war");
		properties.add("spring.autoconfigure.exclude=" + String.join(",", TestApplication.ON_DEMAND));
		TOMCAT.setBaseDir(directory.toString());
		TOMCAT.setPort(0);
		TOMCAT.getConnector();
		Context context = TOMCAT.addContext("/shop", directory.toString());
		context.addServletContainerInitializer(
				(classes, servletContext) -> new WarInitializer(properties).onStartup(servletContext), Set.of());
		TOMCAT.start();
		client = HttpClient.newHttpClient();
	}

	@AfterAll
	static void stop() throws Exception {
		TOMCAT.stop();
		TOMCAT.destroy();
	}

	@ParameterizedTest
	@CsvSource({ "/orders, 201, 1", "/fail/throw-status/409, 409, 1", "/fail/send-error/409, 409, 1",
			"/fail/annotated-method, 402, 1", "/fail/throw/runtime-exception, 500, 2" })
	@DisplayName("2.18 in a war, error pages are recorded like any answer of a handler")
	void answersInAWar(String target, int status, int expectedRuns) throws Exception {
		String name = UUID.randomUUID().toString();
		HttpResponse<String> first = send(target, name);
		HttpResponse<String> retry = send(target, name);
		assertThat(first.statusCode()).as(first.body()).isEqualTo(status);
		assertThat(retry.statusCode()).as(retry.body()).isEqualTo(status);
		assertThat(retry.headers().firstValue("Idempotent-Replayed").isPresent()).isEqualTo(expectedRuns == 1);
		if (expectedRuns == 1) {
			assertThat(retry.body()).isEqualTo(first.body());
		}
	}

	private static HttpResponse<String> send(String target, String name) throws IOException, InterruptedException {
		if (client == null) {
			throw new IllegalStateException("Not started");
		}
		return client.send(HttpRequest.newBuilder()
			.uri(URI.create("http://localhost:" + TOMCAT.getConnector().getLocalPort() + "/shop" + target))
			.header("Idempotency-Key", name)
			.header("X-Case", name)
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("{\"item\":\"book\",\"quantity\":2}"))
			.build(), BodyHandlers.ofString());
	}

}
