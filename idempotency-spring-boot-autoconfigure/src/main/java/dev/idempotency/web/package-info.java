/**
 * The protocol's way through Spring MVC.
 * <p>
 * A request comes in through {@link dev.idempotency.web.IdempotencyFilter}, which wraps
 * it and its response, and {@link dev.idempotency.web.IdempotencyInterceptor}, which
 * reads key, scope and fingerprint and claims the key. Then either a recorded response or
 * a refusal goes out, or an {@code Exchange} begins: it holds the response back
 * ({@code HeldResponse}) and notes how far the handler comes ({@code Progress}), as
 * {@code HandlerEntry}, the observers of arguments, return values and exceptions, the
 * body advice and the container tell it. When the dispatch is back in the filter, or a
 * transactional operation in the interceptor, the exchange asks the {@code Judge} for a
 * verdict, has the {@code Recorder} apply it to the claim, and lets the response go.
 * <p>
 * Whether a response is recorded is decided in {@code Exchange.settle}, by
 * {@code Judge.judge}.
 */
@NullMarked
package dev.idempotency.web;

import org.jspecify.annotations.NullMarked;
