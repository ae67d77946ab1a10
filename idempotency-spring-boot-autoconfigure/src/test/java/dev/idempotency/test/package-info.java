/**
 * Real servers that tests share.
 */
@NullMarked
package dev.idempotency.test;

import org.jspecify.annotations.NullMarked;
