package dev.idempotency.web;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

import jakarta.servlet.http.HttpServletRequest;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.core.MethodParameter;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.ServletRequestMethodArgumentResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HandlerObservers}.
 */
class HandlerObserversTests {

	@Test
	@DisplayName("8.4 when the first requests come together, handlers keep their argument resolvers")
	void firstRequestsTogether() throws Exception {
		SlowAdapter adapter = new SlowAdapter();
		adapter.setReturnValueHandlers(List.of());
		adapter.setArgumentResolvers(List.of(new ServletRequestMethodArgumentResolver()));
		adapter.other = new Thread(() -> HandlerObservers.install(adapter));
		HandlerObservers.install(adapter);
		adapter.other.join();
		MethodParameter parameter = new MethodParameter(
				IdempotencyScopeResolver.class.getMethod("resolve", HttpServletRequest.class), 0);
		assertThat(adapter.getArgumentResolvers()).singleElement()
			.isInstanceOf(ArgumentsObserver.class)
			.matches((resolver) -> resolver.supportsParameter(parameter));
	}

	/**
	 * As Spring's, it has no resolvers while it is given some: here for as long as
	 * another thread needs to look.
	 */
	private static final class SlowAdapter extends RequestMappingHandlerAdapter {

		private final CountDownLatch given = new CountDownLatch(1);

		private @Nullable Thread other;

		@Override
		public void setArgumentResolvers(@Nullable List<HandlerMethodArgumentResolver> argumentResolvers) {
			if (this.other == Thread.currentThread()) {
				awaitGiven();
			}
			else if (this.other != null) {
				super.setArgumentResolvers(List.of());
				this.other.start();
				Awaitility.await()
					.until(() -> Set.of(Thread.State.BLOCKED, Thread.State.WAITING).contains(this.other.getState()));
			}
			super.setArgumentResolvers(argumentResolvers);
			if (this.other != null) {
				this.given.countDown();
			}
		}

		private void awaitGiven() {
			try {
				this.given.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
