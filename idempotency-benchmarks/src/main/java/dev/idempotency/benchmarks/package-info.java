/**
 * Programs that measure the library and print their figures as Markdown.
 */
@NullMarked
package dev.idempotency.benchmarks;

import org.jspecify.annotations.NullMarked;
