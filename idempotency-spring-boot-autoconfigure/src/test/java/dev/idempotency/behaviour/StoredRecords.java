package dev.idempotency.behaviour;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.ScanOptions;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What lies in a repository at one moment, read past the library. Records that other
 * tests left may expire in between, so only what came and what changed is of interest.
 */
final class StoredRecords {

	private final Map<String, String> contentById;

	private StoredRecords(Map<String, String> contentById) {
		this.contentById = contentById;
	}

	static StoredRecords of(TestApplication application, Store store) {
		return switch (store) {
			case H2, POSTGRESQL -> new StoredRecords(rows(application.context().getBean(JdbcTemplate.class)));
			case REDIS -> new StoredRecords(values(application.context().getBean(RedisConnectionFactory.class),
					application.context().getEnvironment().getRequiredProperty("idempotency.redis.key-prefix")));
			case MEMORY -> throw new IllegalArgumentException("Records in memory cannot be listed");
		};
	}

	private static Map<String, String> rows(JdbcTemplate jdbc) {
		Map<String, String> rows = new TreeMap<>();
		jdbc.query("select * from idempotency_record", (row) -> {
			StringBuilder content = new StringBuilder();
			for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
				Object value = row.getObject(column);
				byte[] bytes = (value instanceof Number || value instanceof String) ? null : row.getBytes(column);
				content.append((bytes != null) ? HexFormat.of().formatHex(bytes) : value).append('|');
			}
			rows.put(HexFormat.of().formatHex(row.getBytes("id")), content.toString());
		});
		return rows;
	}

	private static Map<String, String> values(RedisConnectionFactory connectionFactory, String prefix) {
		Map<String, String> values = new TreeMap<>();
		try (RedisConnection connection = connectionFactory.getConnection();
				var keys = connection.keyCommands().scan(ScanOptions.scanOptions().count(1000).build())) {
			keys.forEachRemaining((key) -> {
				String name = new String(key, StandardCharsets.ISO_8859_1);
				byte[] value = name.startsWith(prefix) ? connection.keyCommands().dump(key) : null;
				values.put(name, (value != null) ? HexFormat.of().formatHex(value) : "");
			});
		}
		return values;
	}

	// The identities of the records that are here and were not there before
	Set<String> since(StoredRecords before) {
		Set<String> ids = new TreeSet<>(this.contentById.keySet());
		ids.removeAll(before.contentById.keySet());
		return ids;
	}

	// That records were added, and none of the others was changed
	void assertOnlyAdded(int number, StoredRecords before) {
		assertThat(since(before)).hasSize(number);
		Map<String, String> kept = new TreeMap<>(before.contentById);
		kept.keySet().retainAll(this.contentById.keySet());
		assertThat(this.contentById).containsAllEntriesOf(kept);
	}

	// That none of the texts is in what was added
	void assertNone(StoredRecords before, byte[]... texts) {
		for (String id : since(before)) {
			for (byte[] text : texts) {
				assertThat(this.contentById.get(id)).doesNotContain(HexFormat.of().formatHex(text))
					.doesNotContain(new String(text, StandardCharsets.ISO_8859_1));
			}
		}
	}

}
