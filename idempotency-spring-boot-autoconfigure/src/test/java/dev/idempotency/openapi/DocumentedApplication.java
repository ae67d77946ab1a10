package dev.idempotency.openapi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Map;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.models.GroupedOpenApi;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import dev.idempotency.IdempotencyKey;
import dev.idempotency.Idempotent;

/**
 * An application with an OpenAPI document, of which part is written by hand.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({ DocumentedApplication.Payments.class, DocumentedApplication.Accounts.class,
		DocumentedApplication.Notes.class })
class DocumentedApplication {

	@Bean
	OpenAPI document() {
		return new OpenAPI().components(new Components().addResponses("Conflict",
				new io.swagger.v3.oas.models.responses.ApiResponse().description("Shared.")
					.content(new io.swagger.v3.oas.models.media.Content().addMediaType("text/plain",
							new io.swagger.v3.oas.models.media.MediaType()))));
	}

	@Bean
	GroupedOpenApi notes() {
		return GroupedOpenApi.builder().group("notes").pathsToMatch("/notes/**").build();
	}

	/** Writes of what it knows nothing else, as applications do for all operations. */
	@Bean
	OpenApiCustomizer customizer() {
		return (document) -> {
			PathItem path = document.getPaths().get("/customized");
			if (path != null) {
				path.addParametersItem(
						new io.swagger.v3.oas.models.parameters.Parameter().$ref("#/components/parameters/Key"));
				document.getComponents().addParameters("Key", new HeaderParameter().name("Idempotency-Key"));
				path.getPost()
					.getResponses()
					.addApiResponse("503", new io.swagger.v3.oas.models.responses.ApiResponse().description("Down.")
						.addHeaderObject("retry-after", new Header().description("Tomorrow.")));
			}
		};
	}

	/**
	 * What a payment is.
	 *
	 * @param amount its amount
	 */
	record Payment(long amount) {
	}

	/**
	 * Annotated methods, and others beside them.
	 */
	@RestController
	static class Payments {

		@PostMapping("/payments")
		@ResponseStatus(HttpStatus.CREATED)
		@Idempotent
		Payment create(@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping("/optional")
		@Idempotent(required = false)
		Payment optional(@RequestBody Payment payment, IdempotencyKey key) {
			return payment;
		}

		@PostMapping("/plain")
		Payment plain(@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping("/strict")
		@Idempotent("strict")
		Payment strict(@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping("/delivery")
		@Idempotent("delivery")
		Payment delivery(@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping(path = "/either", consumes = MediaType.APPLICATION_JSON_VALUE)
		@Idempotent
		Payment either(@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping(path = "/either", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
		@Idempotent("delivery")
		Payment either(@RequestParam long amount) {
			return new Payment(amount);
		}

		@PostMapping("/unsure")
		@Idempotent("unsure")
		Payment unsure(@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping("/transactional")
		@Idempotent(operation = "transactional", transactional = true)
		Payment transactional(@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping("/customized")
		@Idempotent
		Payment customized(@RequestBody Payment payment) {
			return payment;
		}

		@RequestMapping(path = "/both", method = { RequestMethod.GET, RequestMethod.POST })
		@Idempotent
		Payment both() {
			return new Payment(1);
		}

		@PostMapping(path = "/overloaded", consumes = MediaType.APPLICATION_JSON_VALUE)
		@Idempotent
		Payment overloaded(@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping(path = "/overloaded", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
		Payment overloaded(@RequestParam long amount) {
			return new Payment(amount);
		}

	}

	/**
	 * Annotated as a whole, by an annotation of the application on an interface.
	 */
	@RestController
	static class Accounts implements AccountOperations {

		@Override
		@PostMapping("/accounts")
		public Payment open(@RequestBody Payment payment) {
			return payment;
		}

		@Override
		@GetMapping("/accounts")
		public Payment list() {
			return new Payment(1);
		}

		@Override
		@GetMapping("/accounts/events")
		public SseEmitter events() {
			return new SseEmitter();
		}

	}

	/**
	 * What the implementation inherits the annotation from.
	 */
	@Safe
	interface AccountOperations {

		/** Opens. */
		Payment open(Payment payment);

		/** Lists. */
		Payment list();

		/** Streams, which no operation can. */
		SseEmitter events();

	}

	/**
	 * An annotation of the application.
	 */
	@Idempotent
	@Target(ElementType.TYPE)
	@Retention(RetentionPolicy.RUNTIME)
	@interface Safe {

	}

	/**
	 * Documented by hand.
	 */
	@RestController
	@Idempotent
	static class Notes {

		@PostMapping("/notes/header")
		Payment header(@RequestHeader(name = "idempotency-key", required = false) @Nullable String key,
				@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping("/notes/described")
		@Parameter(in = ParameterIn.HEADER, name = "Idempotency-Key", description = "Ours.",
				schema = @Schema(type = "string", format = "uuid"))
		Payment described(@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping("/notes/responses")
		@ApiResponse(responseCode = "200", description = "Done.")
		@ApiResponse(responseCode = "404", description = "No such note.")
		@ApiResponse(responseCode = "409", description = "Another version.",
				content = @Content(mediaType = "application/json", schema = @Schema(implementation = Payment.class)))
		@ApiResponse(responseCode = "422", description = "Not valid.",
				content = @Content(mediaType = "application/problem+json",
						schema = @Schema(implementation = Payment.class), examples = @ExampleObject("{}")))
		@ApiResponse(responseCode = "5XX", description = "Broken.")
		@ApiResponse(responseCode = "default", description = "Anything else.")
		Payment responses(@RequestBody Payment payment) {
			return payment;
		}

		@PostMapping("/notes/shared")
		@ApiResponse(responseCode = "409", ref = "Conflict")
		Map<String, String> shared() {
			return Map.of();
		}

	}

}
