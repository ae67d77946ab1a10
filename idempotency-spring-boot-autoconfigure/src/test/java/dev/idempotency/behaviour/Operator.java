package dev.idempotency.behaviour;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who looks at records and frees keys through the actuator of an application.
 */
final class Operator {

	static final String PATH = "/actuator/idempotency";

	private static final ObjectMapper JSON = new ObjectMapper();

	private final TestApplication application;

	private final String name;

	private Operator(TestApplication application, String name) {
		this.application = application;
		this.name = name;
	}

	static Operator of(TestApplication application) {
		return new Operator(application, "");
	}

	/** The operator with a name. */
	Operator as(String newName) {
		return new Operator(this.application, newName);
	}

	/** The record of a call without principal. */
	JsonNode record(Call call) {
		return json(get(query(call.key(), "")).assertFirst(200));
	}

	Answer get(String query) {
		return call(query).method("GET").send();
	}

	/** Frees the key of a call without principal. */
	Answer free(Call call) {
		return delete(query(call.key(), ""));
	}

	Answer delete(String query) {
		return call(query).method("DELETE").send();
	}

	/**
	 * Settles what is abandoned as done. Actuator wants a content type, so that no form
	 * of another site can do it.
	 */
	Answer settle(String query) {
		return call(query).header("Content-Type", "application/json").send();
	}

	private Call call(String query) {
		Call call = Call.post(this.application, PATH + query);
		return this.name.isEmpty() ? call : call.header("X-User", this.name);
	}

	static String query(String key, String scope) {
		return "?key=" + URLEncoder.encode(key, StandardCharsets.UTF_8)
				+ (scope.isEmpty() ? "" : "&scope=" + URLEncoder.encode(scope, StandardCharsets.UTF_8));
	}

	static String ofMethod(String key, String operation) {
		return query(key, "") + "&operation=" + operation;
	}

	static JsonNode json(Answer answer) {
		try {
			return JSON.readTree(answer.body());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Asserts that this is a refusal that says what to do. */
	static JsonNode assertProblem(Answer answer, int status) {
		answer.assertFirst(status);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		JsonNode problem = json(answer);
		assertThat(problem.path("status").asInt()).isEqualTo(status);
		assertThat(problem.path("title").asText()).isNotEmpty();
		assertThat(problem.path("detail").asText()).endsWith(".");
		assertThat(problem).hasSize(3);
		return problem;
	}

}
