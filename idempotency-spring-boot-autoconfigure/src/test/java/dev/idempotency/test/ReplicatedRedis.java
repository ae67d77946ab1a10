package dev.idempotency.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import org.awaitility.Awaitility;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import redis.embedded.RedisSentinel;

/**
 * Redis servers with one replica each: one, one that a Sentinel watches, or three in a
 * cluster.
 */
public final class ReplicatedRedis implements AutoCloseable {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

	private final List<RedisNode> masters;

	private final List<RedisNode> replicas;

	private final RedisConfiguration address;

	private final RedisSentinel sentinel;

	private ReplicatedRedis(List<RedisNode> masters, List<RedisNode> replicas, RedisConfiguration address,
			RedisSentinel sentinel) {
		this.masters = masters;
		this.replicas = replicas;
		this.address = address;
		this.sentinel = sentinel;
	}

	/**
	 * Starts a server with a replica.
	 * @return both
	 */
	public static ReplicatedRedis standalone() {
		RedisNode master = RedisNode.start(Ports.free());
		RedisNode replica = RedisNode.start(Ports.free(), "replicaof " + RedisNode.HOST + " " + master.port());
		ReplicatedRedis servers = new ReplicatedRedis(List.of(master), List.of(replica),
				new RedisStandaloneConfiguration(RedisNode.HOST, master.port()), null);
		servers.awaitReplicas();
		return servers;
	}

	/**
	 * Starts a server with a replica, and a Sentinel that promotes the replica two
	 * seconds after the server is gone.
	 * @return all three
	 */
	public static ReplicatedRedis sentinel() {
		ReplicatedRedis pair = standalone();
		int port = Ports.free();
		RedisSentinel sentinel = RedisSentinel.newRedisSentinel()
			.bind(RedisNode.HOST)
			.port(port)
			.masterName("records")
			.masterPort(pair.master().port())
			.quorumSize(1)
			.downAfterMilliseconds(2000)
			.failOverTimeout(3000)
			.build();
		try {
			sentinel.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return new ReplicatedRedis(pair.masters, pair.replicas,
				new RedisSentinelConfiguration().master("records").sentinel(RedisNode.HOST, port), sentinel);
	}

	/**
	 * Starts three masters and their replicas as a cluster.
	 * @return all six
	 */
	public static ReplicatedRedis cluster() {
		List<RedisNode> nodes = Stream.generate(ReplicatedRedis::clusterNode).limit(6).toList();
		List<RedisNode> masters = nodes.subList(0, 3);
		List<RedisNode> replicas = nodes.subList(3, 6);
		for (int i = 0; i < masters.size(); i++) {
			int[] slots = IntStream
				.range(SlotHash.SLOT_COUNT * i / masters.size(), SlotHash.SLOT_COUNT * (i + 1) / masters.size())
				.toArray();
			masters.get(i).call((commands) -> commands.clusterAddSlots(slots));
		}
		nodes.stream()
			.skip(1)
			.forEach((node) -> masters.get(0).call((commands) -> commands.clusterMeet(RedisNode.HOST, node.port())));
		await(() -> nodes.stream()
			.map((node) -> node.call((commands) -> commands.clusterInfo()))
			.allMatch((info) -> info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:6")));
		for (int i = 0; i < masters.size(); i++) {
			String master = masters.get(i).call((commands) -> commands.clusterMyId());
			replicas.get(i).call((commands) -> commands.clusterReplicate(master));
		}
		RedisClusterConfiguration address = new RedisClusterConfiguration();
		nodes.forEach((node) -> address.clusterNode(RedisNode.HOST, node.port()));
		ReplicatedRedis servers = new ReplicatedRedis(new ArrayList<>(masters), new ArrayList<>(replicas), address,
				null);
		servers.awaitReplicas();
		await(() -> nodes.stream()
			.map((node) -> node.call((commands) -> commands.clusterNodes()))
			.allMatch((view) -> view.lines().filter((node) -> node.contains("slave")).count() == replicas.size()));
		return servers;
	}

	private static RedisNode clusterNode() {
		return RedisNode.start(Ports.freeWith(RedisServers.CLUSTER_BUS_OFFSET), "cluster-enabled yes",
				"cluster-node-timeout 1000", "cluster-replica-validity-factor 0");
	}

	private void awaitReplicas() {
		await(() -> this.masters.stream()
			.allMatch((master) -> master.info("replication").contains("state=online")
					&& master.call(ReplicatedRedis::isWriteAcknowledged)));
	}

	// A replica that is online may still be busy with what it got first
	private static boolean isWriteAcknowledged(RedisCommands<String, String> commands) {
		commands.flushall();
		return commands.waitForReplication(1, 1000) == 1;
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await().pollInSameThread().pollInterval(Duration.ofMillis(50)).atMost(LONG_ENOUGH).until(condition);
	}

	/**
	 * Returns how to reach the servers.
	 * @return their addresses
	 */
	public RedisConfiguration address() {
		return this.address;
	}

	/**
	 * Returns the first master.
	 * @return the master
	 */
	public RedisNode master() {
		return this.masters.get(0);
	}

	/**
	 * Returns all masters as of the start.
	 * @return the masters
	 */
	public List<RedisNode> masters() {
		return this.masters;
	}

	/**
	 * Returns the replicas as of the start, in the order of their masters.
	 * @return the replicas
	 */
	public List<RedisNode> replicas() {
		return this.replicas;
	}

	/** Stops all replicas in their tracks. */
	public void suspendReplicas() {
		this.replicas.forEach(RedisNode::suspend);
	}

	/** Lets all replicas go on. */
	public void resumeReplicas() {
		this.replicas.forEach(RedisNode::resume);
	}

	@Override
	public void close() {
		if (this.sentinel != null) {
			try {
				this.sentinel.stop();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		Stream.concat(this.replicas.stream(), this.masters.stream()).forEach(RedisNode::close);
	}

}
