/**
 * The protocol's way through Spring MVC: a filter that wraps, an interceptor that claims,
 * an exchange that follows the request to its end.
 */
@NullMarked
package dev.idempotency.web;

import org.jspecify.annotations.NullMarked;
