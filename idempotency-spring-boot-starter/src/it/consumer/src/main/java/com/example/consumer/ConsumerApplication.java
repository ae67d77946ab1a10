package com.example.consumer;

import java.net.URI;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.idempotency.Idempotent;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;

@SpringBootApplication
public class ConsumerApplication {

	public static void main(String[] args) {
		SpringApplication.run(ConsumerApplication.class, args);
	}

	public record NewOrder(@NotBlank String item, @Min(1) int quantity) {
	}

	@RestController
	public static class OrderController {

		private final AtomicInteger runs = new AtomicInteger();

		@PostMapping("/orders")
		@Idempotent
		ResponseEntity<Map<String, Object>> create(@Valid @RequestBody NewOrder order) {
			return created(order.item());
		}

		@PostMapping("/forms")
		@Idempotent
		ResponseEntity<Map<String, Object>> form(@RequestParam String item) {
			return created(item);
		}

		@PostMapping("/uploads")
		@Idempotent
		ResponseEntity<Map<String, Object>> upload(@RequestParam MultipartFile file) {
			return created(file.getOriginalFilename() + " of " + file.getSize());
		}

		@PostMapping("/callables")
		@Idempotent
		Callable<ResponseEntity<Map<String, Object>>> callable(@RequestBody NewOrder order) {
			return () -> created(order.item());
		}

		@PostMapping("/futures")
		@Idempotent
		CompletableFuture<ResponseEntity<Map<String, Object>>> future(@RequestBody NewOrder order) {
			return CompletableFuture.supplyAsync(() -> created(order.item()));
		}

		@PostMapping("/conflicts")
		@Idempotent
		void conflict() {
			throw new ResponseStatusException(HttpStatus.CONFLICT, "run " + this.runs.incrementAndGet());
		}

		@PostMapping("/failures")
		@Idempotent
		Map<String, Object> failure() {
			throw new IllegalStateException("run " + this.runs.incrementAndGet());
		}

		@PostMapping("/plain")
		Map<String, Object> plain() {
			return Map.of("run", this.runs.incrementAndGet());
		}

		private ResponseEntity<Map<String, Object>> created(String item) {
			String id = UUID.randomUUID().toString();
			return ResponseEntity.created(URI.create("/orders/" + id))
				.body(Map.of("id", id, "item", item, "run", this.runs.incrementAndGet()));
		}

		public int runs() {
			return this.runs.get();
		}

	}

}
