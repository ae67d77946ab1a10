package dev.idempotency.repository.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import dev.idempotency.repository.Claim;
import dev.idempotency.repository.IdempotencyRepositoryException;

/**
 * A repository on connections of its own in which two claims and two completions are
 * under way all the time, so that no other call is made at once.
 */
final class Crowded implements AutoCloseable {

	private static final String LINGERING = "lingering";

	private static final String CALLER = "caller";

	private static final int FEW = 2;

	private final CountDownLatch lingering = new CountDownLatch(2 * FEW);

	private final CountDownLatch end = new CountDownLatch(1);

	private final ExecutorService threads = Executors.newCachedThreadPool((work) -> new Thread(work, CALLER));

	private final JdbcIdempotencyRepository repository;

	private final StatementRecorder recorder;

	/** Where round trips wait for more calls. */
	private volatile CountDownLatch gate = new CountDownLatch(0);

	private volatile CountDownLatch atGate = new CountDownLatch(0);

	Crowded(TestDatabase database, Duration timeout) {
		this.recorder = new StatementRecorder(database.dataSource());
		this.repository = new JdbcIdempotencyRepository(new JdbcConnections(new DelegatingDataSource(this.recorder) {

			@Override
			public Connection getConnection() throws SQLException {
				arrive(Thread.currentThread().getName());
				return super.getConnection();
			}

		}, database.dataSource(), 8), TestDatabase.TABLE, timeout, database.dialect());
		Claim claim = TestClaims.claim();
		List<Runnable> calls = List.of(() -> this.repository.claim(claim),
				() -> this.repository.complete(claim.id(), claim.token(), TestClaims.RESPONSE));
		for (int i = 0; i < FEW; i++) {
			calls.forEach((call) -> new Thread(() -> untilTheEnd(call), LINGERING).start());
		}
		await(this.lingering);
	}

	private static void untilTheEnd(Runnable call) {
		try {
			call.run();
		}
		catch (IdempotencyRepositoryException ex) {
			// As told
		}
	}

	private void arrive(String thread) throws SQLException {
		if (thread.equals(LINGERING)) {
			this.lingering.countDown();
			await(this.end);
			throw new SQLException("The crowd goes home");
		}
		else if (thread.startsWith("idempotency-")) {
			this.atGate.countDown();
			await(this.gate);
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	JdbcIdempotencyRepository repository() {
		return this.repository;
	}

	/**
	 * Makes calls of one kind: the first one in a round trip of its own, before which the
	 * others arrive.
	 * @return what each will answer
	 */
	<T> List<Future<T>> together(List<Callable<T>> calls) {
		this.gate = new CountDownLatch(1);
		this.atGate = new CountDownLatch(1);
		List<Future<T>> running = new ArrayList<>();
		for (Callable<T> call : calls) {
			running.add(this.threads.submit(call));
			await(this.atGate);
		}
		Awaitility.await().until(() -> waiting() == calls.size());
		return running;
	}

	private static long waiting() {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.filter((thread) -> thread.getKey().getName().equals(CALLER)
					&& thread.getKey().getState() == Thread.State.TIMED_WAITING
					&& Stream.of(thread.getValue())
						.anyMatch((frame) -> frame.getClassName().equals(Combiner.class.getName())))
			.count();
	}

	/**
	 * Lets the round trips begin.
	 * @param running the calls
	 * @return their answers
	 */
	<T> List<T> answers(List<Future<T>> running) throws Exception {
		open();
		List<T> answers = new ArrayList<>();
		for (Future<T> call : running) {
			answers.add(call.get());
		}
		return answers;
	}

	void open() {
		this.recorder.during(this.gate::countDown);
	}

	/**
	 * Returns the statements since the gate was opened.
	 */
	List<String> statements() {
		return this.recorder.recorded();
	}

	@Override
	public void close() {
		this.gate.countDown();
		this.end.countDown();
		this.threads.shutdownNow();
	}

}
