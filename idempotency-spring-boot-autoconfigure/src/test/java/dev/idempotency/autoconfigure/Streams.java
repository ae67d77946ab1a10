package dev.idempotency.autoconfigure;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import dev.idempotency.Idempotent;

/**
 * Handlers that stream their responses, and one class of those that do not.
 */
final class Streams {

	private Streams() {
	}

	@RestController
	static class Emitter {

		@PostMapping("/")
		@Idempotent
		ResponseBodyEmitter handle() {
			return new ResponseBodyEmitter();
		}

	}

	@RestController
	static class Sse {

		@PostMapping("/")
		@Idempotent
		SseEmitter handle() {
			return new SseEmitter();
		}

	}

	@RestController
	@Idempotent
	static class SseInEntity {

		@PostMapping("/")
		ResponseEntity<SseEmitter> handle() {
			return ResponseEntity.ok(new SseEmitter());
		}

	}

	@RestController
	static class Body {

		@PostMapping("/")
		@Idempotent
		StreamingResponseBody handle() {
			return (output) -> output.write(0);
		}

	}

	@RestController
	static class BodyInFuture {

		@PostMapping("/")
		@Idempotent
		CompletableFuture<ResponseEntity<StreamingResponseBody>> handle() {
			return new CompletableFuture<>();
		}

	}

	@RestController
	static class Many {

		@PostMapping("/")
		@Idempotent
		Flow.Publisher<String> handle() {
			return (subscriber) -> subscriber.onComplete();
		}

	}

	@RestController
	static class ManyInEntity {

		@PostMapping("/")
		@Idempotent
		ResponseEntity<Flow.Publisher<String>> handle() {
			return ResponseEntity.ok((subscriber) -> subscriber.onComplete());
		}

	}

	@RestController
	@Idempotent
	static class Whole {

		@PostMapping("/callable")
		Callable<String> callable() {
			return () -> "";
		}

		@PostMapping("/deferred")
		DeferredResult<List<String>> deferred() {
			return new DeferredResult<>();
		}

		@PostMapping("/future")
		CompletableFuture<ResponseEntity<Void>> future() {
			return new CompletableFuture<>();
		}

		@PostMapping("/wildcard")
		ResponseEntity<?> wildcard() {
			return ResponseEntity.noContent().build();
		}

		@PostMapping("/variable")
		<T> List<T> variable() {
			return List.of();
		}

	}

}
