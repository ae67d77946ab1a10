/**
 * The application that the behaviours are shown with.
 */
@NullMarked
package dev.idempotency.behaviour.app;

import org.jspecify.annotations.NullMarked;
