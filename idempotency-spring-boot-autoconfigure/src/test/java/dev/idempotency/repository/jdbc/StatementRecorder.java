package dev.idempotency.repository.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Sees what goes to the database through a data source.
 */
final class StatementRecorder extends DelegatingDataSource {

	private final List<String> roundTrips = new CopyOnWriteArrayList<>();

	private final AtomicInteger connections = new AtomicInteger();

	StatementRecorder(DataSource target) {
		super(target);
	}

	/**
	 * Returns what a call sends.
	 * @param call the call
	 * @return the names of the methods that make a round trip
	 */
	List<String> during(Runnable call) {
		this.roundTrips.clear();
		this.connections.set(0);
		call.run();
		return recorded();
	}

	/**
	 * Returns what was sent since the last call began.
	 * @return the names of the methods that make a round trip
	 */
	List<String> recorded() {
		return List.copyOf(this.roundTrips);
	}

	/**
	 * Returns how many connections the last call took.
	 * @return the number
	 */
	int connections() {
		return this.connections.get();
	}

	@Override
	public Connection getConnection() throws java.sql.SQLException {
		this.connections.incrementAndGet();
		return proxy(Connection.class, super.getConnection());
	}

	private <T> T proxy(Class<T> type, Object target) {
		InvocationHandler handler = (proxy, method, arguments) -> {
			String name = method.getName();
			if (name.startsWith("execute") || name.equals("commit") || name.equals("rollback")
					|| name.equals("setAutoCommit")) {
				this.roundTrips.add(name);
			}
			try {
				Object result = method.invoke(target, arguments);
				return (result instanceof PreparedStatement) ? proxy(PreparedStatement.class, result) : result;
			}
			catch (InvocationTargetException ex) {
				throw ex.getTargetException();
			}
		};
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
	}

}
