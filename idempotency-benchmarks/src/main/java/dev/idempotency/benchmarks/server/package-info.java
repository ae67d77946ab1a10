/**
 * The application whose speed is measured.
 */
@NullMarked
package dev.idempotency.benchmarks.server;

import org.jspecify.annotations.NullMarked;
