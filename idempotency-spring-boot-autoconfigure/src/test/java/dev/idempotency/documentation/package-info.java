/**
 * Holds the documentation to the code.
 */
@NullMarked
package dev.idempotency.documentation;

import org.jspecify.annotations.NullMarked;
