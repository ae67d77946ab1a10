package dev.idempotency.openapi;

import io.swagger.v3.oas.models.media.Schema;

/**
 * Creates schemas that read the same in OpenAPI 3.0 and 3.1.
 */
final class Schemas {

	private Schemas() {
	}

	/**
	 * Returns a new schema of a type.
	 * @param type the name of the type
	 * @return the schema: OpenAPI 3.0 reads the one type of it, 3.1 the set of types
	 */
	static Schema<?> ofType(String type) {
		Schema<?> schema = new Schema<>();
		schema.setType(type);
		schema.addType(type);
		return schema;
	}

}
