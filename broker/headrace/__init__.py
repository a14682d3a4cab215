"""Headrace: a Kafka-API-compatible event streaming platform."""

# The engine's workspace (broker/engine/Cargo.toml) carries the same number; a test compares them.
__version__ = "0.1.0"
