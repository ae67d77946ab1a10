package dev.idempotency.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Marks the {@code DataSource} bean that the jdbc repository has to itself, in place of a
 * pool that it makes from the application's {@code DataSource}. It needs as many
 * connections as {@code idempotency.jdbc.connections} says. So that Spring Boot still
 * configures the application's {@code DataSource}, declare the bean with
 * {@code defaultCandidate = false}; where the application declares both, mark its own as
 * {@code @Primary}.
 *
 * @since 0.1.0
 */
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Qualifier
public @interface IdempotencyDataSource {

}
