"""Turns Kafka's message descriptions into the Rust of `src/generated` and `tests/wire/samples`."""
