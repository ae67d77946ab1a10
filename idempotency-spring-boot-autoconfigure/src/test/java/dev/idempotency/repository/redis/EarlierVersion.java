package dev.idempotency.repository.redis;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

import dev.idempotency.repository.IdempotencyRepository;

/**
 * Loads the repository with the scripts from before records by plain commands, which know
 * version 2 alone. With Jedis it runs nothing but scripts.
 */
final class EarlierVersion extends ClassLoader {

	private static final String PACKAGE = "dev.idempotency.repository.redis.";

	private static final String RESOURCES = PACKAGE.replace('.', '/');

	private EarlierVersion() {
		super(EarlierVersion.class.getClassLoader());
	}

	static IdempotencyRepository repository(JedisConnectionFactory connectionFactory, String keyPrefix) {
		try {
			Class<?> type = new EarlierVersion().loadClass(RedisIdempotencyRepository.class.getName());
			return (IdempotencyRepository) type
				.getConstructor(RedisConnectionFactory.class, String.class, Duration.class)
				.newInstance(connectionFactory, keyPrefix, Duration.ofSeconds(10));
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
		if (!name.startsWith(PACKAGE)) {
			return super.loadClass(name, resolve);
		}
		synchronized (getClassLoadingLock(name)) {
			Class<?> loaded = findLoadedClass(name);
			return (loaded != null) ? loaded : define(name);
		}
	}

	private Class<?> define(String name) throws ClassNotFoundException {
		try (InputStream in = super.getResourceAsStream(name.replace('.', '/') + ".class")) {
			if (in == null) {
				throw new ClassNotFoundException(name);
			}
			byte[] bytes = in.readAllBytes();
			return defineClass(name, bytes, 0, bytes.length);
		}
		catch (IOException ex) {
			throw new ClassNotFoundException(name, ex);
		}
	}

	@Override
	public @Nullable URL getResource(String name) {
		URL earlier = name.endsWith(".lua") ? super.getResource(name.replace(RESOURCES, RESOURCES + "version2/"))
				: null;
		return (earlier != null) ? earlier : super.getResource(name);
	}

}
