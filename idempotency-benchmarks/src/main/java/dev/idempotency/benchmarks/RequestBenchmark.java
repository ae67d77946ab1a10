package dev.idempotency.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.DispatcherServlet;

import dev.idempotency.benchmarks.server.BenchmarkServer;

/**
 * What the library does with a request outside of round trips: the dispatcher servlet
 * with a mock of the container, and the memory repository. The difference to
 * {@link #bare()} is the price.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 2, jvmArgsAppend = "-Xmx2g")
public class RequestBenchmark {

	private static final byte[] BODY = """
			{"amount":125000,"currency":"EUR","reference":"order %s"}""".formatted("x".repeat(248))
		.getBytes(StandardCharsets.UTF_8);

	private final String recorded = UUID.randomUUID().toString();

	private final String prefix = UUID.randomUUID().toString().substring(0, 23);

	private long number;

	private final ConfigurableApplicationContext application;

	private final Servlet dispatcher;

	private final Filter filter;

	/**
	 * Starts the application.
	 */
	public RequestBenchmark() {
		this.application = SpringApplication.run(BenchmarkServer.class, "--idempotency.repository=memory",
				"--idempotency.memory.max-records=20000000", "--idempotency.ttl=5s",
				"--idempotency.jdbc.purge.interval=1s", "--spring.mvc.servlet.load-on-startup=1", "--server.port=0",
				"--spring.autoconfigure.exclude=" + DataSourceAutoConfiguration.class.getName());
		this.dispatcher = this.application.getBean(DispatcherServlet.class);
		this.filter = this.application.getBean("idempotencyFilterRegistration", FilterRegistrationBean.class)
			.getFilter();
	}

	@TearDown
	public void stop() {
		this.application.close();
	}

	// A handler without the annotation
	@Benchmark
	public int bare() throws ServletException, IOException {
		return send("/bare", null);
	}

	// A first execution
	@Benchmark
	public int first() throws ServletException, IOException {
		return send("/ours", this.prefix + this.number++);
	}

	// A replay, except for the first one of every ttl
	@Benchmark
	public int replay() throws ServletException, IOException {
		return send("/ours", this.recorded);
	}

	private int send(String path, @Nullable String key) throws ServletException, IOException {
		MockHttpServletRequest request = new MockHttpServletRequest("POST", path);
		request.setContentType("application/json");
		request.setContent(BODY);
		if (key != null) {
			request.addHeader("Idempotency-Key", key);
		}
		MockHttpServletResponse response = new MockHttpServletResponse();
		FilterChain chain = this.dispatcher::service;
		this.filter.doFilter(request, response, chain);
		return response.getStatus();
	}

}
