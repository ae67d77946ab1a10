package com.example.jpa;

import java.util.UUID;

import org.springframework.data.jpa.repository.JpaRepository;

interface Shipments extends JpaRepository<Shipment, UUID> {

}
