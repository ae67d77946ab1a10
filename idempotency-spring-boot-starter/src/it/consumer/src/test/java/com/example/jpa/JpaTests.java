package com.example.jpa;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

class JpaTests {

	private static final int REQUESTS = 200;

	@Test
	@DisplayName("4.8 nobody holds a connection of the pool while waiting for another")
	void manyAtOnce() {
		try (ConfigurableApplicationContext application = SpringApplication.run(JpaApplication.class, "--server.port=0",
				"--spring.datasource.url=jdbc:h2:mem:jpa", "--idempotency.repository=jdbc")) {
			URI uri = URI.create("http://localhost:" + application.getEnvironment().getProperty("local.server.port"));
			HttpClient client = HttpClient.newHttpClient();
			List<CompletableFuture<HttpResponse<String>>> all = IntStream.range(0, REQUESTS)
				.mapToObj((number) -> HttpRequest.newBuilder(uri.resolve("/marked"))
					.header("Idempotency-Key", UUID.randomUUID().toString())
					.POST(BodyPublishers.noBody())
					.build())
				.map((request) -> client.sendAsync(request, BodyHandlers.ofString()))
				.toList();
			assertThat(all).extracting(CompletableFuture::join)
				.extracting(HttpResponse::statusCode)
				.containsOnly(201);
			assertThat(application.getBean(Shipments.class).count()).isEqualTo(REQUESTS);
		}
	}

}
