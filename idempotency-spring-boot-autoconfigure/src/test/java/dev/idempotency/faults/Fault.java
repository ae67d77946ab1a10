package dev.idempotency.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

import dev.idempotency.test.TcpProxy.Way;

/**
 * What can happen, each at one place at a time.
 */
enum Fault {

	/** The death of an application, which is started again. */
	KILL(Place.APPLICATIONS) {

		@Override
		Incident plan(Random random) {
			int victim = random.nextInt(2);
			long pause = random.nextInt(500);
			return new Incident(List.of(victim), (nodes, store) -> {
				nodes.get(victim).kill();
				Thread.sleep(pause);
				nodes.get(victim).restart();
			});
		}

	},

	/** An application that stands still until its leases have ended. */
	FREEZE(Place.APPLICATIONS) {

		@Override
		Incident plan(Random random) {
			int victim = random.nextInt(2);
			long pause = longerThanLease(random);
			return new Incident(List.of(victim), (nodes, store) -> freeze(nodes.get(victim), pause));
		}

	},

	/** The same when it is about to renew its leases. */
	FREEZE_RENEWAL(Place.APPLICATIONS) {

		@Override
		Incident plan(Random random) {
			int victim = random.nextInt(2);
			long pause = longerThanLease(random);
			return new Incident(List.of(victim), (nodes, store) -> {
				nodes.get(victim).tell(Sabotage.PAUSE_RENEWAL);
				freeze(nodes.get(victim), pause);
			});
		}

		@Override
		boolean concerns(Setup setup) {
			return !setup.isTransactional();
		}

	},

	/** The crash of the store, and its recovery. */
	STORE_RESTART(Place.STORE) {

		@Override
		Incident plan(Random random) {
			long pause = random.nextInt(3000);
			return new Incident(List.of(0, 1), (nodes, store) -> {
				store.crash();
				Thread.sleep(pause);
				store.restart();
			});
		}

	},

	/** Connections that break before the store gets the request. */
	CUT_REQUESTS(Place.CONNECTIONS) {

		@Override
		Incident plan(Random random) {
			return tear(Way.TO_SERVER, random);
		}

	},

	/** Connections that break after the store has answered. */
	CUT_RESPONSES(Place.CONNECTIONS) {

		@Override
		Incident plan(Random random) {
			return tear(Way.TO_CLIENT, random);
		}

	},

	/** A store that takes its time, more than it is given too. */
	SLOW_STORE(Place.SPEED) {

		@Override
		Incident plan(Random random) {
			Way way = random.nextBoolean() ? Way.TO_SERVER : Way.TO_CLIENT;
			Duration delay = Duration.ofMillis(100 + random.nextInt(2000));
			int pause = 1000 + random.nextInt(3000);
			List<Integer> victims = victims(random);
			return new Incident(victims, (nodes, store) -> {
				victims.forEach((victim) -> nodes.get(victim).storeProxy().slowDown(way, delay));
				try {
					Thread.sleep(pause);
				}
				finally {
					victims.forEach((victim) -> nodes.get(victim).storeProxy().slowDown(way, Duration.ZERO));
				}
			});
		}

	},

	/** Clients that lose their connections, with their request or its answer. */
	CUT_CLIENTS(Place.CLIENTS) {

		@Override
		Incident plan(Random random) {
			Way way = random.nextBoolean() ? Way.TO_SERVER : Way.TO_CLIENT;
			long pause = random.nextInt(500);
			List<Integer> victims = victims(random);
			return new Incident(List.of(), (nodes, store) -> {
				victims.forEach((victim) -> nodes.get(victim).clientProxy().tear(way));
				try {
					Thread.sleep(pause);
				}
				finally {
					victims.forEach((victim) -> nodes.get(victim).clientProxy().mend());
				}
			});
		}

	},

	/** An application whose handlers hold all connections of its pool. */
	EXHAUST_POOL(Place.POOL) {

		@Override
		Incident plan(Random random) {
			int victim = random.nextInt(2);
			Duration time = Setup.LEASE.multipliedBy(2).plusMillis(random.nextInt(2000));
			return new Incident(List.of(), (nodes, store) -> nodes.get(victim).tell(Sabotage.exhaustPool(time)));
		}

		@Override
		boolean concerns(Setup setup) {
			return setup.isOnPostgres();
		}

	},

	/** A store that works, but refuses some responses. */
	REFUSE_RESPONSES(Place.RESPONSES) {

		@Override
		Incident plan(Random random) {
			Duration time = Setup.LONGEST_REFUSAL.minusMillis(random.nextInt(4000));
			return new Incident(List.of(), (nodes, store) -> {
				nodes.forEach((node) -> node.tell(Sabotage.refuseResponses(time)));
				Thread.sleep(time.toMillis());
			});
		}

		@Override
		boolean concerns(Setup setup) {
			return !setup.isTransactional();
		}

	},

	/** A renewal of leases that ends in an {@code Error}. */
	FAIL_RENEWAL(Place.RENEWAL) {

		@Override
		Incident plan(Random random) {
			int victim = random.nextInt(2);
			return new Incident(List.of(), (nodes, store) -> nodes.get(victim).tell(Sabotage.FAIL_RENEWAL));
		}

		@Override
		boolean concerns(Setup setup) {
			return !setup.isTransactional();
		}

	};

	private final Place place;

	Fault(Place place) {
		this.place = place;
	}

	Place place() {
		return this.place;
	}

	/** Decides on everything that is left to chance. */
	abstract Incident plan(Random random);

	/** Whether it can happen to a setup. */
	boolean concerns(Setup setup) {
		return true;
	}

	private static long longerThanLease(Random random) {
		return Setup.LEASE.toMillis() + 1000 + random.nextInt(2000);
	}

	private static void freeze(Node node, long pause) throws IOException, InterruptedException {
		node.signal("STOP");
		try {
			Thread.sleep(pause);
		}
		finally {
			node.signal("CONT");
		}
	}

	private static Incident tear(Way way, Random random) {
		long pause = random.nextInt(1000);
		List<Integer> victims = victims(random);
		return new Incident(victims, (nodes, store) -> {
			victims.forEach((victim) -> nodes.get(victim).storeProxy().tear(way));
			try {
				Thread.sleep(pause);
			}
			finally {
				victims.forEach((victim) -> nodes.get(victim).storeProxy().mend());
			}
		});
	}

	private static List<Integer> victims(Random random) {
		int number = random.nextInt(3);
		return (number < 2) ? List.of(number) : List.of(0, 1);
	}

	/**
	 * Where a fault is.
	 */
	enum Place {

		/** At most one application is away at a time. */
		APPLICATIONS,

		/** The store. */
		STORE,

		/** The connections to the store. */
		CONNECTIONS,

		/** The speed of these connections. */
		SPEED,

		/** The connections of clients. */
		CLIENTS,

		/** The pool of an application. */
		POOL,

		/** The renewal of leases. */
		RENEWAL,

		/** Single responses in the store. */
		RESPONSES

	}

	/**
	 * A fault that is about to happen.
	 *
	 * @param victims the applications that may not keep their leases because of it
	 * @param course what happens
	 */
	record Incident(List<Integer> victims, Course course) {
	}

	/**
	 * What happens, from the begin of a fault to its end.
	 */
	interface Course {

		void run(List<Node> nodes, Store store) throws IOException, InterruptedException;

	}

}
