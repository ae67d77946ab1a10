package dev.idempotency.repository.redis;

import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Runs scripts and waits for replicas on the nodes of a cluster of Jedis, of which Spring
 * knows no pipeline.
 */
final class JedisClusterNodes {

	private static final int MOST_ATTEMPTS = 5;

	private final UnifiedJedis cluster;

	private final ReplicaRequirement replicas;

	JedisClusterNodes(UnifiedJedis cluster, ReplicaRequirement replicas) {
		this.cluster = cluster;
		this.replicas = replicas;
	}

	Object execute(ScriptCall call, Predicate<Object> wrote) {
		Target target = new Target(true, null);
		for (int attempt = 1;; attempt++) {
			try (Connection node = connect(call, target)) {
				return execute(node, call, wrote, target);
			}
			catch (JedisNoScriptException ex) {
				failAfterLast(attempt, ex);
				target = new Target(false, target.asking());
			}
			catch (JedisAskDataException ex) {
				failAfterLast(attempt, ex);
				target = new Target(target.cached(), ex.getTargetNode());
			}
			catch (JedisMovedDataException ex) {
				failAfterLast(attempt, ex);
				learn(call);
				target = new Target(target.cached(), null);
			}
		}
	}

	private static void failAfterLast(int attempt, JedisException failure) {
		if (attempt == MOST_ATTEMPTS) {
			throw failure;
		}
	}

	private Connection connect(ScriptCall call, Target target) {
		if (target.asking() != null) {
			Map<?, ?> nodes = (Map<?, ?>) invoke("getClusterNodes");
			if (nodes.get(target.asking().toString()) instanceof ConnectionPool pool) {
				return pool.getResource();
			}
			throw new JedisException("The cluster has no node " + target.asking());
		}
		int slot = JedisClusterCRC16.getSlot(call.key());
		try {
			return (Connection) invoke("getConnectionFromSlot", slot);
		}
		catch (JedisException ex) {
			// Nothing was sent yet
			learn(call);
			return (Connection) invoke("getConnectionFromSlot", slot);
		}
	}

	/**
	 * Lets the driver find the node of a key, which is how it learns that nodes changed.
	 */
	private void learn(ScriptCall call) {
		this.cluster.exists(call.key());
	}

	/**
	 * Calls a method of a cluster, which is of one type until Jedis 7.2 and may be of
	 * another one since.
	 */
	private Object invoke(String name, Object... arguments) {
		Class<?>[] types = (arguments.length == 0) ? new Class<?>[0] : new Class<?>[] { int.class };
		Method method = ReflectionUtils.findMethod(this.cluster.getClass(), name, types);
		if (method == null) {
			throw new IllegalStateException(this.cluster.getClass().getName() + " has no method " + name);
		}
		return Objects.requireNonNull(ReflectionUtils.invokeMethod(method, this.cluster, arguments));
	}

	private Object execute(Connection node, ScriptCall call, Predicate<Object> wrote, Target target) {
		if (target.asking() != null) {
			node.sendCommand(Protocol.Command.ASKING);
		}
		send(node, call, target.cached());
		node.sendCommand(Protocol.Command.WAIT, ScriptCall.decimal(this.replicas.count()),
				ScriptCall.decimal(this.replicas.timeout().toMillis()));
		Object answer;
		try {
			if (target.asking() != null) {
				node.getOne();
			}
			answer = node.getOne();
		}
		catch (JedisConnectionException ex) {
			throw ex;
		}
		catch (JedisException ex) {
			node.getOne();
			throw ex;
		}
		Long acknowledged;
		try {
			acknowledged = (Long) node.getOne();
		}
		catch (JedisException ex) {
			if (wrote.test(answer)) {
				throw this.replicas.unknown(call, ex);
			}
			return answer;
		}
		if (wrote.test(answer)) {
			this.replicas.check(call, acknowledged);
		}
		return answer;
	}

	private static void send(Connection node, ScriptCall call, boolean cached) {
		byte[][] keyAndArguments = call.keyAndArguments();
		byte[][] all = new byte[2 + keyAndArguments.length][];
		all[0] = cached ? call.script().sha().getBytes(StandardCharsets.ISO_8859_1) : call.script().source();
		all[1] = ScriptCall.decimal(1);
		System.arraycopy(keyAndArguments, 0, all, 2, keyAndArguments.length);
		node.sendCommand(cached ? Protocol.Command.EVALSHA : Protocol.Command.EVAL, all);
	}

	/**
	 * Where and how to send a call.
	 *
	 * @param cached whether the node should have the script
	 * @param asking the node to ask although it does not own the key yet, or {@code null}
	 * for the owner
	 */
	private record Target(boolean cached, @Nullable HostAndPort asking) {
	}

}
