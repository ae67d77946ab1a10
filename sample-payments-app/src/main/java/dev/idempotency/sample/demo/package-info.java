/**
 * Only for the page at {@code /}, which shows what goes wrong between clients and
 * servers: payments without protection, slow payments, lost responses. Not part of the
 * example: a real application has nothing of this.
 */
@NullMarked
package dev.idempotency.sample.demo;

import org.jspecify.annotations.NullMarked;
