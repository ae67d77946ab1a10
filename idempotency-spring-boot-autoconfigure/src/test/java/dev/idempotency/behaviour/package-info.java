/**
 * The numbered behaviours, each shown over real HTTP against running applications.
 */
@NullMarked
package dev.idempotency.behaviour;

import org.jspecify.annotations.NullMarked;
