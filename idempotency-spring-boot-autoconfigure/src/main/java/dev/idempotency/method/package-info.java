/**
 * The way of a call: methods, steps and the template, beside requests.
 */
@NullMarked
package dev.idempotency.method;

import org.jspecify.annotations.NullMarked;
