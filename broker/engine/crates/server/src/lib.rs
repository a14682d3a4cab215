//! The Kafka listener: sockets, frames, dispatch and the API handlers.
