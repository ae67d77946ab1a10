/**
 * What applications name in their own code: the {@link dev.idempotency.Idempotent}
 * annotation, the idempotency key and the exceptions behind every refusal.
 */
@NullMarked
package dev.idempotency;

import org.jspecify.annotations.NullMarked;
