package dev.idempotency.behaviour.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import dev.idempotency.Idempotent;

/**
 * The application with handlers whose annotation is not on the method that is mapped.
 */
@Configuration(proxyBeanMethods = false)
@Import({ OrdersApplication.class, HandlersApplication.ProxiedController.class, HandlersApplication.Feed.class })
public class HandlersApplication {

	/** Proxies that have nothing of their class but its interface. */
	@Bean
	static BeanNameAutoProxyCreator interfaceProxies() {
		BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
		creator.setBeanNames("proxied", "annotated", "bare");
		return creator;
	}

	@Bean
	Twin annotated(Executions executions) {
		return new AnnotatedTwin(executions);
	}

	@Bean
	Twin bare(Executions executions) {
		return new BareTwin(executions);
	}

	/** Maps the one method of the interface twice: both proxies have the same class. */
	@Bean
	SmartInitializingSingleton twins(@Qualifier("requestMappingHandlerMapping") RequestMappingHandlerMapping mapping,
			Map<String, Twin> twins) throws NoSuchMethodException {
		for (String name : new String[] { "bare", "annotated" }) {
			mapping.registerMapping(RequestMappingInfo.paths("/twins/" + name).build(), twins.get(name),
					Twin.class.getMethod("create", HttpServletRequest.class));
		}
		return () -> {
			// Registered before the operations are looked for
		};
	}

	/**
	 * What is mapped, without annotation of ours.
	 */
	@RestController
	interface Proxied {

		@PostMapping("/proxied")
		Map<String, Object> create(HttpServletRequest request);

	}

	/**
	 * What is behind the proxy.
	 */
	@RestController("proxied")
	static class ProxiedController implements Proxied {

		private final Executions executions;

		ProxiedController(Executions executions) {
			this.executions = executions;
		}

		@Override
		@Idempotent
		public Map<String, Object> create(HttpServletRequest request) {
			return Map.of("run", this.executions.enter(request));
		}

	}

	/**
	 * An interface of two handlers.
	 */
	public interface Twin {

		/**
		 * Handles a request.
		 * @param request the request
		 * @return the response
		 */
		@ResponseBody
		Map<String, Object> create(HttpServletRequest request);

	}

	/**
	 * The one that is an operation.
	 *
	 * @param executions counts its runs
	 */
	record AnnotatedTwin(Executions executions) implements Twin {

		@Override
		@Idempotent
		public Map<String, Object> create(HttpServletRequest request) {
			return Map.of("run", this.executions.enter(request));
		}

	}

	/**
	 * The one that is not.
	 *
	 * @param executions counts its runs
	 */
	record BareTwin(Executions executions) implements Twin {

		@Override
		public Map<String, Object> create(HttpServletRequest request) {
			return Map.of("run", this.executions.enter(request));
		}

	}

	/**
	 * A class that is annotated for the sake of one of its handlers.
	 */
	@RestController
	@Idempotent
	static class Feed {

		private final Executions executions;

		Feed(Executions executions) {
			this.executions = executions;
		}

		@GetMapping("/feed/events")
		SseEmitter events(HttpServletRequest request) throws IOException {
			SseEmitter emitter = new SseEmitter();
			emitter.send("run " + this.executions.enter(request));
			emitter.complete();
			return emitter;
		}

		@GetMapping("/feed/file")
		StreamingResponseBody file(HttpServletRequest request) {
			int run = this.executions.enter(request);
			return (body) -> body.write(("run " + run).getBytes(StandardCharsets.UTF_8));
		}

		@PostMapping("/feed")
		Map<String, Object> create(HttpServletRequest request) {
			return Map.of("run", this.executions.enter(request));
		}

		@RequestMapping("/feed/any")
		Map<String, Object> any(HttpServletRequest request) {
			return Map.of("run", this.executions.enter(request));
		}

	}

}
