"""Headrace: a Kafka-API-compatible event streaming platform."""
