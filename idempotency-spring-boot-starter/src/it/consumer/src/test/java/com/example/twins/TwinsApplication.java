package com.example.twins;

import java.util.EnumSet;

import dev.idempotency.Idempotent;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * The application of the twins, with a filter before and behind the one of the library.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ TwinsApplication.Marked.class, TwinsApplication.Simple.class, TwinsApplication.End.class, ErrorHandlers.class,
		Views.class })
class TwinsApplication {

	@Bean
	FilterRegistrationBean<Filter> first() {
		return registration("first", Filters.first(), Ordered.HIGHEST_PRECEDENCE);
	}

	@Bean
	FilterRegistrationBean<Filter> outside() {
		return registration("out", Filters.at("out"), -1000);
	}

	@Bean
	FilterRegistrationBean<Filter> inside() {
		return registration("in", Filters.at("in"), 0);
	}

	@Bean
	FilterRegistrationBean<Filter> always() {
		FilterRegistrationBean<Filter> registration = registration("always", Filters.at("always"), 1);
		registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
		return registration;
	}

	private FilterRegistrationBean<Filter> registration(String name, Filter filter, int order) {
		FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(filter);
		registration.setName(name);
		registration.setOrder(order);
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

	/**
	 * The twin that is idempotent.
	 */
	@Controller
	@Idempotent
	@RequestMapping({ "/marked", "/marked/in/{filter}", "/marked/out/{filter}", "/marked/always/{filter}" })
	static class Marked extends TypedHandlers {

	}

	/**
	 * The twin that is not. The names of both have one length, which error pages show.
	 */
	@Controller
	@RequestMapping({ "/simple", "/simple/in/{filter}", "/simple/out/{filter}", "/simple/always/{filter}" })
	static class Simple extends TypedHandlers {

	}

	/**
	 * What is asked for at the end of a connection.
	 */
	@Controller
	static class End {

		@GetMapping("/end")
		@ResponseBody
		String end() {
			return "end";
		}

	}

}
