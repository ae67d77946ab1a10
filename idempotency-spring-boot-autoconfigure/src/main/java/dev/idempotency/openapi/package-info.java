/**
 * What readers and generators of clients see in the OpenAPI document of an application
 * with springdoc.
 */
@NullMarked
package dev.idempotency.openapi;

import org.jspecify.annotations.NullMarked;
