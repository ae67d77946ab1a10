/**
 * The sample application over real HTTP.
 */
@NullMarked
package dev.idempotency.sample;

import org.jspecify.annotations.NullMarked;
