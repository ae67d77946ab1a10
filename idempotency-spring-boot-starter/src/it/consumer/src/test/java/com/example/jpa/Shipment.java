package com.example.jpa;

import java.util.UUID;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;

@Entity
class Shipment {

	@Id
	UUID id = UUID.randomUUID();

}
