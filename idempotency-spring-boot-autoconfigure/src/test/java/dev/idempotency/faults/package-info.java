/**
 * Applications, clients and stores under faults at random moments, and a checker of what
 * came of it.
 */
@NullMarked
package dev.idempotency.faults;

import org.jspecify.annotations.NullMarked;
