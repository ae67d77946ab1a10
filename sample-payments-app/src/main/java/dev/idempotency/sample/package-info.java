/**
 * The sample application.
 */
@NullMarked
package dev.idempotency.sample;

import org.jspecify.annotations.NullMarked;
