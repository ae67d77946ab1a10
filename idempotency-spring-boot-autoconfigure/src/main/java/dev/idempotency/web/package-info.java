/**
 * The protocol's way through Spring MVC.
 * <p>
 * A request comes in through {@link dev.idempotency.web.IdempotencyFilter}, which wraps
 * it and its response, and {@link dev.idempotency.web.IdempotencyInterceptor}, which
 * reads key, scope and fingerprint and claims the key. Then either a recorded response or
 * a refusal goes out, or an {@code Exchange} begins: it holds the response back
 * ({@code HeldResponse}) while its {@code HandlerRun} learns how far the handler comes
 * ({@code Progress}) from {@code HandlerEntry}, the observers of arguments, return values
 * and exceptions, the body advice and the container. When the dispatch is back in the
 * filter, or a transactional operation in the interceptor, the {@code Settlement} asks
 * the {@code Judge} for a verdict and has the {@code Recorder} apply it to the claim.
 * Then the response goes.
 * <p>
 * Whether a response is recorded is decided in {@code Settlement.settle}, by
 * {@code Judge.judge}.
 */
@NullMarked
package dev.idempotency.web;

import org.jspecify.annotations.NullMarked;
