package dev.idempotency.autoconfigure;

import java.util.EnumSet;

import jakarta.servlet.DispatcherType;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import dev.idempotency.engine.IdempotencyEngine;
import dev.idempotency.engine.IdempotencyObserver;
import dev.idempotency.web.ExceptionObserver;
import dev.idempotency.web.HandlerEntry;
import dev.idempotency.web.IdempotencyFilter;
import dev.idempotency.web.IdempotencyFingerprintResolver;
import dev.idempotency.web.IdempotencyInterceptor;
import dev.idempotency.web.IdempotencyKeyResolver;
import dev.idempotency.web.IdempotencyReplayPolicy;
import dev.idempotency.web.IdempotencyResponseBodyAdvice;
import dev.idempotency.web.IdempotencyScopeResolver;
import dev.idempotency.web.IdempotencyStrategies;
import dev.idempotency.web.IdempotentOperations;
import dev.idempotency.web.NotAcceptableRetryResolver;
import dev.idempotency.web.PrincipalScopeResolver;
import dev.idempotency.web.ProblemAdvice;
import dev.idempotency.web.StandardFingerprintResolver;
import dev.idempotency.web.StandardReplayPolicy;

/**
 * The way of a request through Spring MVC.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(DispatcherServlet.class)
class WebConfiguration {

	@Bean
	FilterRegistrationBean<IdempotencyFilter> idempotencyFilterRegistration(OperationSettings settings) {
		FilterRegistrationBean<IdempotencyFilter> registration = new FilterRegistrationBean<>(
				new IdempotencyFilter(settings.largestRequestSize()));
		registration.setName("idempotencyFilter");
		registration.setOrder(IdempotencyFilter.ORDER);
		registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
		return registration;
	}

	@Bean
	@ConditionalOnMissingBean
	IdempotencyScopeResolver idempotencyScopeResolver() {
		return new PrincipalScopeResolver();
	}

	@Bean
	@ConditionalOnMissingBean
	IdempotencyFingerprintResolver idempotencyFingerprintResolver() {
		return new StandardFingerprintResolver();
	}

	@Bean
	@ConditionalOnMissingBean
	IdempotencyReplayPolicy idempotencyReplayPolicy() {
		return new StandardReplayPolicy();
	}

	@Bean
	HandlerSettings idempotencyHandlerSettings(OperationSettings settings) {
		return new HandlerSettings(settings);
	}

	@Bean
	@ConditionalOnMissingBean
	IdempotentOperations idempotentOperations(HandlerSettings settings) {
		return new IdempotentOperations(settings);
	}

	@Bean
	HandlersCheck idempotentHandlersCheck(IdempotentOperations operations, AllListeners listeners,
			ObjectProvider<RepositoryTransactions> transactions, ConfigurableApplicationContext context) {
		return new HandlersCheck(operations, new TransactionalHandlers(transactions), listeners, context);
	}

	@Bean
	@ConditionalOnMissingBean
	IdempotencyInterceptor idempotencyInterceptor(IdempotentOperations operations, IdempotencyEngine engine,
			ObjectProvider<IdempotencyObserver> observer, IdempotencyScopeResolver scope,
			ObjectProvider<IdempotencyKeyResolver> key, IdempotencyFingerprintResolver fingerprint,
			IdempotencyReplayPolicy replay, OperationSettings settings) {
		return new IdempotencyInterceptor(operations, engine, observer.getIfAvailable(() -> IdempotencyObserver.NONE),
				new IdempotencyStrategies(scope, key.getIfAvailable(), fingerprint, replay), settings.namespace());
	}

	@Bean
	WebMvcConfigurer idempotencyWebMvcConfigurer(ObjectProvider<IdempotencyInterceptor> interceptor) {
		return new WebMvcConfigurer() {

			@Override
			public void addInterceptors(InterceptorRegistry registry) {
				registry.addInterceptor(interceptor.getObject()).order(Ordered.LOWEST_PRECEDENCE);
			}

		};
	}

	@Bean
	@ConditionalOnMissingBean
	IdempotencyResponseBodyAdvice idempotencyResponseBodyAdvice() {
		return new IdempotencyResponseBodyAdvice();
	}

	@Bean
	@ConditionalOnMissingBean
	ProblemAdvice idempotencyProblemAdvice() {
		return new ProblemAdvice();
	}

	@Bean
	ExceptionObserver idempotencyExceptionObserver() {
		return new ExceptionObserver();
	}

	@Bean
	NotAcceptableRetryResolver idempotencyNotAcceptableRetryResolver(IdempotentOperations operations) {
		return new NotAcceptableRetryResolver(operations);
	}

	@Bean
	static HandlerEntry idempotencyHandlerEntry() {
		return new HandlerEntry();
	}

}
