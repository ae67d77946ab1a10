package dev.idempotency.repository.redis;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisPipelineException;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import redis.clients.jedis.UnifiedJedis;

/**
 * Runs scripts and waits for replicas on connections of the application's pool, which one
 * caller at a time has. A pipeline keeps both on one connection.
 */
final class JedisReplicatedDriver implements ReplicatedDriver {

	private final ConnectionGate connections;

	private final ReplicaRequirement replicas;

	private JedisReplicatedDriver(ConnectionGate connections, ReplicaRequirement replicas) {
		this.connections = connections;
		this.replicas = replicas;
	}

	/**
	 * Returns the driver for a connection factory.
	 * @param connectionFactory the factory
	 * @param connections the way to its connections
	 * @param replicas what to wait for
	 * @return the driver, or {@code null} if the factory is not that of Jedis
	 */
	static @Nullable ReplicatedDriver of(RedisConnectionFactory connectionFactory, ConnectionGate connections,
			ReplicaRequirement replicas) {
		return (connectionFactory instanceof JedisConnectionFactory) ? new JedisReplicatedDriver(connections, replicas)
				: null;
	}

	@Override
	public Object execute(ScriptCall call, Predicate<Object> wrote, Deadline deadline, Deadline acknowledgement)
			throws InterruptedException, ExecutionException, TimeoutException {
		try (RedisConnection connection = this.connections.connect(deadline)) {
			if (connection instanceof RedisClusterConnection) {
				UnifiedJedis cluster = (UnifiedJedis) connection.getNativeConnection();
				return new JedisClusterNodes(cluster, this.replicas).execute(call, wrote);
			}
			return execute(connection, call, wrote);
		}
	}

	private Object execute(RedisConnection connection, ScriptCall call, Predicate<Object> wrote) {
		List<Object> answers;
		try {
			answers = pipeline(connection, call, true);
		}
		catch (RedisPipelineException ex) {
			if (!RedisScript.isMissing(ex)) {
				throw ex;
			}
			answers = pipeline(connection, call, false);
		}
		Object answer = answers.get(0);
		if (wrote.test(answer)) {
			this.replicas.check(call, (Long) answers.get(1));
		}
		return answer;
	}

	private List<Object> pipeline(RedisConnection connection, ScriptCall call, boolean cached) {
		RedisScript script = call.script();
		byte[][] keyAndArguments = call.keyAndArguments();
		connection.openPipeline();
		try {
			if (cached) {
				connection.scriptingCommands().evalSha(script.sha(), script.returnType(), 1, keyAndArguments);
			}
			else {
				connection.scriptingCommands().eval(script.source(), script.returnType(), 1, keyAndArguments);
			}
			connection.execute("WAIT", ScriptCall.decimal(this.replicas.count()),
					ScriptCall.decimal(this.replicas.timeout().toMillis()));
		}
		catch (RuntimeException ex) {
			connection.closePipeline();
			throw ex;
		}
		return connection.closePipeline();
	}

}
