package dev.idempotency.autoconfigure;

import java.util.Locale;

import org.springframework.util.ClassUtils;

import dev.idempotency.repository.IdempotencyRepository;

/**
 * Names repositories in meters: {@code jdbc}, {@code redis} and {@code memory} for ours,
 * the class for an application's own.
 */
final class RepositoryNames {

	private static final String SUFFIX = "IdempotencyRepository";

	private RepositoryNames() {
	}

	static String of(IdempotencyRepository repository) {
		String name = ClassUtils.getUserClass(repository).getSimpleName();
		if (name.endsWith(SUFFIX) && name.length() > SUFFIX.length()) {
			name = name.substring(0, name.length() - SUFFIX.length());
		}
		return name.toLowerCase(Locale.ROOT);
	}

}
