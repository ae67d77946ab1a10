package dev.idempotency.repository.redis;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.RedisConnection;

/**
 * Looks once at servers that can be reached, and warns of settings with which records get
 * lost or requests are refused.
 */
final class ServerCheck {

	private static final Logger logger = LoggerFactory.getLogger(ServerCheck.class);

	private final ReplicaRequirement replicas;

	ServerCheck(ReplicaRequirement replicas) {
		this.replicas = replicas;
	}

	/**
	 * Checks the servers. It never fails: where it may not ask, it says nothing.
	 * @param connection a connection to them
	 */
	void run(RedisConnection connection) {
		try {
			checkEviction(connection);
			if (!this.replicas.isNone()) {
				checkReplicas(connection);
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Could not check the settings of Redis", ex);
		}
	}

	private void checkEviction(RedisConnection connection) {
		// Unlike CONFIG, INFO is allowed on managed servers
		Map<String, String> evicting = byServer(connection.serverCommands().info("memory"), "maxmemory_policy");
		evicting.values().removeIf((policy) -> policy.toLowerCase(Locale.ROOT).equals("noeviction"));
		if (!evicting.isEmpty()) {
			logger
				.warn("The maxmemory-policy of Redis is {}: when memory runs out, it deletes idempotency records before"
						+ " their time, and their requests run again. Set maxmemory-policy to noeviction, or use a"
						+ " server of its own for the records", list(evicting));
		}
	}

	private void checkReplicas(RedisConnection connection) {
		Properties info = connection.serverCommands().info("replication");
		Map<String, String> roles = byServer(info, "role");
		Map<String, String> lacking = byServer(info, "connected_slaves");
		Predicate<String> isMaster = (server) -> "master".equals(roles.get(server));
		lacking.keySet().removeIf(isMaster.negate());
		lacking.values().removeIf((connected) -> Integer.parseInt(connected) >= this.replicas.count());
		if (!lacking.isEmpty()) {
			logger.warn(
					"idempotency.redis.min-replicas is {}, but the number of connected replicas is {}: requests with"
							+ " a new key are refused with status 503 until there are enough",
					this.replicas.count(), list(lacking));
		}
	}

	/**
	 * Returns a value of each server: in a cluster, their names stand before a dot.
	 */
	private static Map<String, String> byServer(Properties info, String name) {
		Map<String, String> values = new TreeMap<>();
		for (String key : info.stringPropertyNames()) {
			if (key.equals(name)) {
				values.put("", info.getProperty(key));
			}
			else if (key.endsWith("." + name)) {
				values.put(key.substring(0, key.length() - name.length() - 1), info.getProperty(key));
			}
		}
		return values;
	}

	private static String list(Map<String, String> byServer) {
		return byServer.entrySet()
			.stream()
			.map((entry) -> entry.getValue() + (entry.getKey().isEmpty() ? "" : " (" + entry.getKey() + ")"))
			.collect(Collectors.joining(", "));
	}

}
