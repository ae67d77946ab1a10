package dev.idempotency.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

import javax.sql.DataSource;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import dev.idempotency.repository.IdempotencyRepository;
import dev.idempotency.repository.IdempotencyRepositoryException;
import dev.idempotency.repository.RecordedResponse;

/**
 * What an application does to itself, or to its repository, when it is told to. It
 * answers when that has happened.
 */
@RestController
final class Sabotage implements BeanPostProcessor {

	/** Has one renewal of leases end in an {@code Error}. */
	static final String FAIL_RENEWAL = "/sabotage/renewal/error";

	/** Holds one renewal of leases up for a moment, and answers when it begins. */
	static final String PAUSE_RENEWAL = "/sabotage/renewal/pause";

	/** Long enough for somebody to send a signal. */
	private static final Duration MOMENT = Duration.ofMillis(400);

	private static final String POOL = "/sabotage/pool";

	private static final String MOMENT_OF_DEATH = "/sabotage/halt";

	private static final String RESPONSES = "/sabotage/responses";

	/** How long the repository thinks about what it refuses. */
	private static final long REFUSAL_MILLIS = 20;

	private static final Logger logger = LoggerFactory.getLogger(Sabotage.class);

	/** What happens in the next renewals, once each. */
	private final Queue<Trap> traps = new ConcurrentLinkedQueue<>();

	private final ObjectProvider<DataSource> dataSource;

	private volatile int momentOfDeath = -1;

	private volatile long refusesUntil = System.nanoTime();

	Sabotage(ObjectProvider<DataSource> dataSource) {
		this.dataSource = dataSource;
	}

	static String exhaustPool(Duration time) {
		return POOL + "?millis=" + time.toMillis();
	}

	static String refuseResponses(Duration time) {
		return RESPONSES + "?millis=" + time.toMillis();
	}

	/** Has an application die when an operation reaches a moment. */
	static String haltAt(int moment) {
		return MOMENT_OF_DEATH + "?moment=" + moment;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String name) {
		if (!(bean instanceof IdempotencyRepository)) {
			return bean;
		}
		ProxyFactory factory = new ProxyFactory(bean);
		factory.addAdvice((MethodInterceptor) this::call);
		return factory.getProxy();
	}

	private @Nullable Object call(MethodInvocation call) throws Throwable {
		String method = call.getMethod().getName();
		Trap trap = method.equals("renew") ? this.traps.poll() : null;
		if (trap != null) {
			trap.shut();
		}
		if (method.equals("complete") && System.nanoTime() - this.refusesUntil < 0) {
			judge((RecordedResponse) call.getArguments()[2]);
		}
		return call.proceed();
	}

	private static void judge(RecordedResponse response) throws InterruptedException {
		if (response.status() == Kind.POISONED.status()) {
			Thread.sleep(REFUSAL_MILLIS);
			throw new IdempotencyRepositoryException("Refused a response", null);
		}
	}

	@PostMapping(RESPONSES)
	void refusePoisonedResponses(@RequestParam long millis) {
		this.refusesUntil = System.nanoTime() + Duration.ofMillis(millis).toNanos();
	}

	@PostMapping(MOMENT_OF_DEATH)
	void setMomentOfDeath(@RequestParam int moment) {
		this.momentOfDeath = moment;
	}

	/**
	 * Notes that an operation has reached a moment.
	 * @param moment even between two steps, odd in one of them
	 */
	void reach(int moment) {
		if (this.momentOfDeath == moment) {
			Runtime.getRuntime().halt(1);
		}
	}

	@PostMapping(FAIL_RENEWAL)
	void failRenewal() throws InterruptedException {
		catchRenewal(() -> {
			throw new OutOfMemoryError("Not really");
		});
	}

	@PostMapping(PAUSE_RENEWAL)
	void pauseRenewal() throws InterruptedException {
		catchRenewal(() -> Thread.sleep(MOMENT.toMillis()));
	}

	private void catchRenewal(Trap trap) throws InterruptedException {
		CountDownLatch caught = new CountDownLatch(1);
		this.traps.add(() -> {
			caught.countDown();
			trap.shut();
		});
		caught.await();
	}

	// As handlers do that hold connections and call somebody slow
	@PostMapping(POOL)
	void exhaustPool(@RequestParam long millis) {
		long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
		DataSource pool = this.dataSource.getObject();
		List<Connection> taken = new ArrayList<>();
		try {
			while (System.nanoTime() - end < 0) {
				take(pool, taken);
			}
		}
		finally {
			taken.forEach(Sabotage::giveBack);
			logger.info("Took {} connections away", taken.size());
		}
	}

	private static void take(DataSource pool, List<Connection> taken) {
		try {
			taken.add(pool.getConnection());
		}
		catch (SQLException ex) {
			// Has waited for one in vain: all are taken
		}
	}

	private static void giveBack(Connection connection) {
		try {
			connection.close();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What happens to a renewal before it gets to the repository.
	 */
	private interface Trap {

		void shut() throws InterruptedException;

	}

}
