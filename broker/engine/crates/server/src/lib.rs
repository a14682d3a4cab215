//! The Kafka listener: sockets, frames, dispatch and the API handlers.

pub mod config;
pub mod net;
