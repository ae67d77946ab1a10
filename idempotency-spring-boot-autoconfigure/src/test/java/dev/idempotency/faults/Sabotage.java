package dev.idempotency.faults;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * What an application does to itself when it is told to. It answers when that is over.
 */
@RestController
final class Sabotage {

	private static final String POOL = "/sabotage/pool";

	private static final Logger logger = LoggerFactory.getLogger(Sabotage.class);

	private final ObjectProvider<DataSource> dataSource;

	Sabotage(ObjectProvider<DataSource> dataSource) {
		this.dataSource = dataSource;
	}

	static String exhaustPool(Duration time) {
		return POOL + "?millis=" + time.toMillis();
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

}
