/**
 * The other side of idempotent operations: requests that carry one key for one logical
 * operation, on however many attempts, through {@code RestClient}, {@code RestTemplate},
 * {@code WebClient} and HTTP interfaces.
 */
@NullMarked
package dev.idempotency.client;

import org.jspecify.annotations.NullMarked;
