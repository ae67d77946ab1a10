/**
 * Measures what only this package knows.
 */
@NullMarked
package dev.idempotency.engine;

import org.jspecify.annotations.NullMarked;
