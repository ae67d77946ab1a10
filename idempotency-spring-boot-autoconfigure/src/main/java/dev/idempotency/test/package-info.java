/**
 * What applications need to test their idempotent operations. Nothing here is used by the
 * library itself, and nothing of it is loaded where Spring's test support is absent.
 */
@NullMarked
package dev.idempotency.test;

import org.jspecify.annotations.NullMarked;
