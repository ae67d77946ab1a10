@NullMarked
package dev.idempotency.repository.memory;

import org.jspecify.annotations.NullMarked;
