package dev.idempotency.behaviour;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import dev.idempotency.behaviour.app.Surroundings;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Section 4 of the behaviour: JPA as Spring Boot configures it, with a session that keeps
 * its connection for as long as the view may want it.
 */
class OpenInViewTests {

	private static final int REQUESTS = 200;

	@Test
	@DisplayName("4.8 nobody holds a connection of the pool while waiting for another")
	void manyAtOnce() {
		List<String> properties = new ArrayList<>(Store.H2.properties("open-in-view"));
		properties.add("spring.jpa.hibernate.ddl-auto=create-drop");
		properties.add("spring.datasource.hikari.connection-timeout=5000");
		try (TestApplication application = TestApplication.start(Surroundings.WithJpa.class, properties, "Jpa",
				"Aop")) {
			List<Answer> answers = Together.all(REQUESTS,
					(number) -> ReplayTests.call(application, "/shipments")
						.json("[\"" + UUID.randomUUID() + "\"]")
						.send());
			assertThat(answers).allSatisfy((answer) -> answer.assertFirst(201));
		}
	}

}
