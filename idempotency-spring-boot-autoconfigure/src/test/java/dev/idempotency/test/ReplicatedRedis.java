package dev.idempotency.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode.NodeFlag;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import io.lettuce.core.sentinel.api.sync.RedisSentinelCommands;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import redis.embedded.RedisSentinel;

/**
 * Redis servers with one replica each: one, one that a Sentinel watches, or three in a
 * cluster. Who is master and has which slots may change.
 */
public final class ReplicatedRedis implements AutoCloseable {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

	private static final String SENTINEL_MASTER = "records";

	/** How soon nodes of a cluster hear of each other depends on it as well. */
	private static final String NODE_TIMEOUT = "cluster-node-timeout";

	private final List<RedisNode> masters;

	private final List<RedisNode> replicas;

	private final RedisConfiguration address;

	private final @Nullable RedisSentinel sentinel;

	private ReplicatedRedis(List<RedisNode> masters, List<RedisNode> replicas, RedisConfiguration address,
			@Nullable RedisSentinel sentinel) {
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
			.masterName(SENTINEL_MASTER)
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
		ReplicatedRedis servers = new ReplicatedRedis(pair.masters, pair.replicas,
				new RedisSentinelConfiguration().master(SENTINEL_MASTER).sentinel(RedisNode.HOST, port), sentinel);
		// What it does not know when the master dies, it does not promote
		await(() -> servers.callSentinel((commands) -> commands.replicas(SENTINEL_MASTER))
			.stream()
			.anyMatch((replica) -> "ok".equals(replica.get("master-link-status"))));
		return servers;
	}

	/**
	 * Starts three masters and their replicas as a cluster, in which a replica does not
	 * take over by itself, however long its master or the whole machine is busy.
	 * @return all six
	 */
	public static ReplicatedRedis cluster() {
		ReplicatedRedis servers = cluster("cluster-replica-no-failover yes");
		servers.nodes().forEach((node) -> node.call((commands) -> commands.configSet(NODE_TIMEOUT, "5000")));
		return servers;
	}

	/**
	 * Starts three masters and their replicas as a cluster, in which a replica takes over
	 * a second or two after its master is gone.
	 * @return all six
	 */
	public static ReplicatedRedis clusterWithFailOver() {
		return cluster("cluster-replica-validity-factor 0");
	}

	private static ReplicatedRedis cluster(String setting) {
		List<RedisNode> nodes = Stream
			.generate(() -> RedisNode.start(Ports.freeWith(RedisServers.CLUSTER_BUS_OFFSET), "cluster-enabled yes",
					NODE_TIMEOUT + " 1000", setting))
			.limit(6)
			.toList();
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
		servers.awaitAgreement();
		return servers;
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

	/**
	 * Returns the master that has a slot now, by its own word.
	 * @param slot the slot, which does not matter outside of a cluster
	 * @return the master
	 */
	public RedisNode master(int slot) {
		if (this.masters.size() == 1) {
			return this.masters.get(0);
		}
		return this.masters.stream()
			.filter((node) -> view(node).getPartitionBySlot(slot).is(NodeFlag.MYSELF))
			.findFirst()
			.orElseThrow();
	}

	/**
	 * Returns the replica of the master that has a slot now.
	 * @param slot the slot, which does not matter outside of a cluster
	 * @return the replica
	 */
	public RedisNode replica(int slot) {
		return this.replicas.get(this.masters.indexOf(master(slot)));
	}

	/**
	 * Waits until all nodes of the cluster have the same view of it: what one knows, the
	 * others know a little later.
	 */
	public void awaitAgreement() {
		await(() -> nodes().map(ReplicatedRedis::rolesAndSlots).distinct().count() == 1
				&& nodes().map((node) -> node.call((commands) -> commands.clusterInfo()))
					.allMatch((info) -> info.contains("cluster_state:ok")));
	}

	private Stream<RedisNode> nodes() {
		return Stream.concat(this.masters.stream(), this.replicas.stream());
	}

	private static Map<String, String> rolesAndSlots(RedisNode node) {
		return view(node).getPartitions()
			.stream()
			.collect(Collectors.toMap(RedisClusterNode::getNodeId,
					(seen) -> "of " + seen.getSlaveOf() + ", slots " + seen.getSlots()));
	}

	private static Partitions view(RedisNode node) {
		String nodes = node.call((commands) -> commands.clusterNodes());
		return ClusterPartitionParser.parse(nodes);
	}

	/**
	 * Kills the first master, and waits until clients are sent to its replica.
	 */
	public void loseMaster() {
		master().kill();
		awaitFailOver();
	}

	/**
	 * Starts the first master again, as the replica of the server that took over.
	 */
	public void restartMaster() {
		if (this.sentinel != null) {
			// Otherwise this Sentinel makes it one, but not before ten seconds have
			// passed
			master().restart("replicaof " + RedisNode.HOST + " " + this.replicas.get(0).port());
		}
		else {
			master().restart();
		}
	}

	/**
	 * Has the first replica take over from its master, which lives, as for maintenance.
	 */
	public void handOver() {
		if (this.sentinel != null) {
			callSentinel((commands) -> commands.failover(SENTINEL_MASTER));
		}
		else {
			this.replicas.get(0).call((commands) -> commands.clusterFailover(false));
		}
		awaitFailOver();
	}

	private void awaitFailOver() {
		RedisNode replica = this.replicas.get(0);
		// It drops its clients when it is promoted
		Awaitility.await()
			.atMost(LONG_ENOUGH)
			.ignoreExceptions()
			.until(() -> replica.info("replication").contains("role:master"));
		if (this.sentinel != null) {
			await(() -> sentTo().getPort() == replica.port());
		}
	}

	private InetSocketAddress sentTo() {
		return (InetSocketAddress) callSentinel((commands) -> commands.getMasterAddrByName(SENTINEL_MASTER));
	}

	private <T> T callSentinel(Function<RedisSentinelCommands<String, String>, T> command) {
		RedisURI uri = RedisURI.create(RedisNode.HOST, this.sentinel.ports().get(0));
		try (StatefulRedisSentinelConnection<String, String> connection = RedisNode.CLIENT.connectSentinel(uri)) {
			return command.apply(connection.sync());
		}
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
		nodes().forEach(RedisNode::close);
	}

}
