/**
 * The protocol without HTTP: who runs, who is answered with a recorded response, who is
 * refused, and what keeps a claim alive meanwhile.
 */
@NullMarked
package dev.idempotency.engine;

import org.jspecify.annotations.NullMarked;
