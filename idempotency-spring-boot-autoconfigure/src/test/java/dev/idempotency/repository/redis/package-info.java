/**
 * Tests against real Redis servers.
 */
@NullMarked
package dev.idempotency.repository.redis;

import org.jspecify.annotations.NullMarked;
