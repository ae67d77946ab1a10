package dev.idempotency.benchmarks.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

import javax.sql.DataSource;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * What somebody would write by hand who only wants the round trips: no fingerprint, no
 * fence, no headers, no renewal. The measure of what the rest costs.
 */
final class Floor implements Filter {

	private static final byte[] IN_FLIGHT = {};

	private static final Duration TTL = Duration.ofHours(24);

	private final Store store;

	private Floor(Store store) {
		this.store = store;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		byte[] key = ((HttpServletRequest) request).getHeader("Idempotency-Key").getBytes(StandardCharsets.UTF_8);
		byte[] found = this.store.claim(key);
		HttpServletResponse httpResponse = (HttpServletResponse) response;
		if (found == null) {
			ContentCachingResponseWrapper capture = new ContentCachingResponseWrapper(httpResponse);
			chain.doFilter(request, capture);
			this.store.complete(key, capture.getContentAsByteArray());
			capture.copyBodyToResponse();
		}
		else if (Arrays.equals(found, IN_FLIGHT)) {
			httpResponse.sendError(HttpServletResponse.SC_CONFLICT);
		}
		else {
			httpResponse.setStatus(HttpServletResponse.SC_CREATED);
			httpResponse.setContentType("application/json");
			httpResponse.setContentLength(found.length);
			httpResponse.getOutputStream().write(found);
		}
	}

	/**
	 * A claim and a completion, one round trip each.
	 */
	private interface Store {

		byte @Nullable [] claim(byte[] key);

		void complete(byte[] key, byte[] response);

	}

	/**
	 * Redis, with the one connection that is shared by all threads.
	 */
	private static final class RedisStore implements Store {

		/** What {@code SET NX GET PX} does, which Redis knows since version 7. */
		private static final String CLAIM = """
				local found = redis.call('GET', KEYS[1])
				if not found then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end
				return found
				""";

		private final RedisCommands<byte[], byte[]> commands;

		private final boolean setGets;

		private final String script;

		RedisStore(RedisClient client) {
			this.commands = client.connect(ByteArrayCodec.INSTANCE).sync();
			this.setGets = !this.commands.info("server").contains("redis_version:6");
			this.script = this.commands.scriptLoad(CLAIM.getBytes(StandardCharsets.US_ASCII));
		}

		@Override
		public byte @Nullable [] claim(byte[] key) {
			return this.setGets ? this.commands.setGet(key, IN_FLIGHT, SetArgs.Builder.nx().px(TTL))
					: this.commands.evalsha(this.script, ScriptOutputType.VALUE, new byte[][] { key },
							Long.toString(TTL.toMillis()).getBytes(StandardCharsets.US_ASCII));
		}

		@Override
		public void complete(byte[] key, byte[] response) {
			this.commands.set(key, response, SetArgs.Builder.px(TTL));
		}

	}

	/**
	 * PostgreSQL, each call a transaction of its own.
	 *
	 * @param jdbc its template
	 */
	private record PostgresStore(JdbcTemplate jdbc) implements Store {

		private static final String TABLE = """
				create table if not exists floor_record (
					id bytea primary key, response bytea not null, expires_at bigint not null)
				""";

		// A row whose creator is not this transaction was there before
		private static final String CLAIM = """
				insert into floor_record as record (id, response, expires_at) values (?, '', ?)
				on conflict (id) do update set id = excluded.id
				returning case when xmax = 0 then null else response end
				""";

		private static final String COMPLETE = "update floor_record set response = ? where id = ?";

		PostgresStore(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
			jdbc.execute(TABLE);
		}

		@Override
		public byte @Nullable [] claim(byte[] key) {
			return this.jdbc.queryForObject(CLAIM, byte[].class, key, System.currentTimeMillis() + TTL.toMillis());
		}

		@Override
		public void complete(byte[] key, byte[] response) {
			this.jdbc.update(COMPLETE, response, key);
		}

	}

	/**
	 * Puts the floor before its handler, where a server has one.
	 */
	@Configuration(proxyBeanMethods = false)
	static class FloorConfiguration {

		@Bean
		@ConditionalOnProperty(name = "floor", havingValue = "redis")
		FilterRegistrationBean<Floor> redisFloor(LettuceConnectionFactory connections) {
			return registration(new RedisStore((RedisClient) connections.getRequiredNativeClient()));
		}

		@Bean
		@ConditionalOnProperty(name = "floor", havingValue = "postgres")
		FilterRegistrationBean<Floor> postgresFloor(DataSource dataSource) {
			return registration(new PostgresStore(new JdbcTemplate(dataSource)));
		}

		private static FilterRegistrationBean<Floor> registration(Store store) {
			FilterRegistrationBean<Floor> registration = new FilterRegistrationBean<>(new Floor(store));
			registration.addUrlPatterns("/floor");
			return registration;
		}

	}

}
