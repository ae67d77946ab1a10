/**
 * A slice of an application, as users test it.
 */
@NullMarked
package dev.idempotency.test.slice;

import org.jspecify.annotations.NullMarked;
