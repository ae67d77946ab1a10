/**
 * The store of idempotency records: one small interface, its values and its exceptions.
 * Implementations live in subpackages that never see each other.
 */
@NullMarked
package dev.idempotency.repository;

import org.jspecify.annotations.NullMarked;
