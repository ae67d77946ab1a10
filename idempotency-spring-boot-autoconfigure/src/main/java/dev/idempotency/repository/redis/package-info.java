/**
 * Idempotency records in Redis: one key per record, one script or command and one round
 * trip per call, on whatever driver and topology Spring Data Redis is configured for.
 */
@NullMarked
package dev.idempotency.repository.redis;

import org.jspecify.annotations.NullMarked;
