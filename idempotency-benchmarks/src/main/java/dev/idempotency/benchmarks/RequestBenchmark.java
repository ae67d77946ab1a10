package dev.idempotency.benchmarks;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
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
import org.springframework.mock.web.DelegatingServletInputStream;
import org.springframework.mock.web.DelegatingServletOutputStream;
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
@Measurement(iterations = 10, time = 2)
@Fork(value = 3, jvmArgsAppend = "-Xmx2g")
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
				"--idempotency.memory.max-records=20000000", "--idempotency.ttl=200ms",
				"--idempotency.jdbc.purge.interval=100ms", "--spring.mvc.servlet.load-on-startup=1", "--server.port=0",
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
		MockHttpServletRequest request = new Request(path);
		request.setContentType("application/json");
		request.setContent(BODY);
		if (key != null) {
			request.addHeader("Idempotency-Key", key);
		}
		MockHttpServletResponse response = new Response();
		FilterChain chain = this.dispatcher::service;
		this.filter.doFilter(request, response, chain);
		return response.getStatus();
	}

	/**
	 * A request whose body is read by blocks, as that of a container: the mock gives byte
	 * by byte, which takes longer than all that is to be measured.
	 */
	private static final class Request extends MockHttpServletRequest {

		private final ServletInputStream body = new DelegatingServletInputStream(new ByteArrayInputStream(BODY)) {

			@Override
			public int read(byte[] buffer, int offset, int length) throws IOException {
				return getSourceStream().read(buffer, offset, length);
			}

		};

		Request(String path) {
			super("POST", path);
		}

		@Override
		public ServletInputStream getInputStream() {
			return this.body;
		}

	}

	/**
	 * A response whose body is written by blocks.
	 */
	private static final class Response extends MockHttpServletResponse {

		private final ServletOutputStream body = new DelegatingServletOutputStream(new ByteArrayOutputStream(1024)) {

			@Override
			public void write(byte[] source, int offset, int length) throws IOException {
				getTargetStream().write(source, offset, length);
			}

		};

		@Override
		public ServletOutputStream getOutputStream() {
			return this.body;
		}

	}

}
