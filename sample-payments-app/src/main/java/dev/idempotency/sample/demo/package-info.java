/**
 * Only for the page at {@code /}, which shows what goes wrong between clients and
 * servers: requests without protection, slow payments, lost responses, crashes, and a
 * bank whose webhooks the page sends. Not part of the example: a real application has
 * nothing of this.
 */
@NullMarked
package dev.idempotency.sample.demo;

import org.jspecify.annotations.NullMarked;
