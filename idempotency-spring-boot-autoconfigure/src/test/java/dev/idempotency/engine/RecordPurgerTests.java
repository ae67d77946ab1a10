package dev.idempotency.engine;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

import dev.idempotency.repository.PurgeableIdempotencyRepository;
import dev.idempotency.repository.jdbc.JdbcIdempotencyRepository;
import dev.idempotency.repository.jdbc.JdbcIdempotencySchema;
import dev.idempotency.repository.memory.MemoryIdempotencyRepository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecordPurger}.
 */
class RecordPurgerTests {

	private static final Duration AT_ONCE = Duration.ofMillis(1);

	private static final IdempotencyListener NOBODY = new IdempotencyListener() {
	};

	@Test
	@DisplayName("5.10 closing waits for a purge that runs, and does not interrupt it")
	void closingWaits() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch mayEnd = new CountDownLatch(1);
		AtomicReference<Boolean> interrupted = new AtomicReference<>();
		RecordPurger purger = new RecordPurger(slow(() -> {
			begun.countDown();
			interrupted.set(isInterruptedBefore(mayEnd));
		}), AT_ONCE, 10, NOBODY);
		begun.await();
		Thread closing = new Thread(purger::close);
		closing.start();
		Awaitility.await().until(() -> closing.getState() == Thread.State.TIMED_WAITING || !closing.isAlive());
		assertThat(closing.isAlive()).isTrue();
		mayEnd.countDown();
		closing.join();
		assertThat(interrupted).hasValue(false);
	}

	@RepeatedTest(20)
	@DisplayName("5.10 what is committed to a database in a file outlives a purge during which it closes")
	void theDatabaseIsWhole(@TempDir Path directory) {
		String url = "jdbc:h2:file:" + directory.resolve("business") + ";WRITE_DELAY=0";
		JdbcConnectionPool pool = JdbcConnectionPool.create(url, "sa", "");
		String script = JdbcIdempotencySchema.script("h2", "idempotency_record");
		new ResourceDatabasePopulator(new ByteArrayResource(script.getBytes(StandardCharsets.UTF_8))).execute(pool);
		JdbcTemplate jdbc = new JdbcTemplate(pool);
		jdbc.execute("create table payment (id int)");
		jdbc.update("insert into idempotency_record (id, operation, fingerprint, token, created_at, lease_until,"
				+ " completed_at, expires_at, status) select hash('SHA256', cast(x as varchar)), 'old', X'00', 1, 1, 0,"
				+ " 2, 3, 200 from system_range(1, 5000)");
		RecordPurger purger = new RecordPurger(
				new JdbcIdempotencyRepository(pool, "idempotency_record", Duration.ofSeconds(20)), AT_ONCE, 1, NOBODY);
		Awaitility.await().pollInterval(AT_ONCE).until(() -> count(jdbc, "idempotency_record") < 4900);
		jdbc.update("insert into payment values (1)");
		purger.close();
		pool.dispose();
		JdbcConnectionPool reopened = JdbcConnectionPool.create(url, "sa", "");
		assertThat(count(new JdbcTemplate(reopened), "payment")).isOne();
		reopened.dispose();
	}

	private static long count(JdbcTemplate jdbc, String table) {
		Long count = jdbc.queryForObject("select count(*) from " + table, Long.class);
		return (count != null) ? count : -1;
	}

	private static PurgeableIdempotencyRepository slow(Runnable purge) {
		PurgeableIdempotencyRepository repository = new MemoryIdempotencyRepository(10, Clock.systemUTC());
		return (PurgeableIdempotencyRepository) Proxy.newProxyInstance(RecordPurgerTests.class.getClassLoader(),
				new Class<?>[] { PurgeableIdempotencyRepository.class }, (proxy, method, arguments) -> {
					purge.run();
					return method.invoke(repository, arguments);
				});
	}

	private static boolean isInterruptedBefore(CountDownLatch latch) {
		try {
			latch.await();
			return Thread.interrupted();
		}
		catch (InterruptedException ex) {
			return true;
		}
	}

}
