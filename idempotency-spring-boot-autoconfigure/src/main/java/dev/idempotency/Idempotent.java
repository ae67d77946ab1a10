package dev.idempotency;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Runs a controller method once per idempotency key and answers every retry of the
 * request with the first response, byte for byte. With a {@link #key}, runs any other
 * method of a bean once per key and gives later calls its first result.
 * <p>
 * The key comes with the request header {@code Idempotency-Key} of the IETF draft
 * <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">
 * The Idempotency-Key HTTP Header Field</a>. On a class the annotation counts for all its
 * handler methods but those for safe request methods only; one on the method wins. It is
 * found on interfaces and as meta-annotation too. Requests with the methods GET, HEAD,
 * OPTIONS, TRACE, QUERY, PROPFIND, REPORT and SEARCH are never touched.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface Idempotent {

	/**
	 * Alias for {@link #operation}.
	 * @return the name of the operation
	 */
	@AliasFor("operation")
	String value() default "";

	/**
	 * Name of the operation: the metric tag, the log field and the key of its settings
	 * under {@code idempotency.operations.<name>}. Lower case letters, digits and
	 * {@code -}. Empty means class and method in kebab case, such as
	 * {@code payment-controller-create}.
	 * @return the name of the operation
	 */
	@AliasFor("value")
	String operation() default "";

	/**
	 * SpEL expression over the arguments of a method that serves no request, by their
	 * names (compiled with {@code -parameters}) or as {@code #a0}, {@code #a1}: the key
	 * of a call, such as {@code #event.id()}. Keys of two operations never meet. The
	 * method is called through its bean, as with {@code @Transactional}; not to be set on
	 * handler methods of controllers, whose key is in a header.
	 * @return the expression
	 */
	String key() default "";

	/**
	 * How long a recorded response is replayed, counted from the first claim, as
	 * {@code 24h} or {@code PT24H}; placeholders are resolved. Empty means the configured
	 * {@code idempotency.ttl}.
	 * @return the time to live of a record
	 */
	String ttl() default "";

	/**
	 * Whether a request without a key is refused with status 400. With {@code false} it
	 * runs unprotected. A call without a key throws an
	 * {@link IdempotencyKeyMissingException}.
	 * @return {@code true} if the key is required
	 */
	boolean required() default true;

	/**
	 * Whether effect and record are one: the handler runs in a database transaction that
	 * is begun before it, its {@code @Transactional} services take part in it, and the
	 * record of the response commits with it, before the response is sent. Whatever dies
	 * when, both are there or neither is.
	 * <p>
	 * Needs the JDBC repository, on PostgreSQL, MySQL, MariaDB or H2, a
	 * {@code PlatformTransactionManager} of its {@code DataSource}, and a handler that
	 * answers at once and not by a view; else the application does not start. A response
	 * that is not recorded rolls back.
	 * @return {@code true} for exactly one effect in the database
	 */
	boolean transactional() default false;

	/**
	 * SpEL expression over {@code #result}, the body object that the handler returned,
	 * and {@code #status}, the response status as {@code int}. When it is true, the
	 * response is not recorded and the key is free again. Empty means that every outcome
	 * is judged by its status alone.
	 * @return the expression
	 */
	String unless() default "";

}
