package com.example.jpa;

import java.util.UUID;

import dev.idempotency.Idempotent;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * JPA as Spring Boot configures it: a session that is open in view, and a pool of ten.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(JpaApplication.Controller.class)
class JpaApplication {

	@RestController
	static class Controller {

		private final Shipments shipments;

		Controller(Shipments shipments) {
			this.shipments = shipments;
		}

		@Idempotent
		@PostMapping("/marked")
		@ResponseStatus(HttpStatus.CREATED)
		UUID marked() {
			return this.shipments.save(new Shipment()).id;
		}

		@PostMapping("/simple")
		@ResponseStatus(HttpStatus.CREATED)
		UUID simple() {
			return this.shipments.save(new Shipment()).id;
		}

	}

}
