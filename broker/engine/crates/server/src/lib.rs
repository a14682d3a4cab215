//! The Kafka listener: sockets, frames, dispatch and the API handlers.
//!
//! A frame walks one way: [`net`] reads it and bounds its memory, `dispatch` finds the handler
//! and decodes, `handlers` ask the cluster or the coordinators, `net` writes the answers in
//! order. The README tells the rules.

pub mod config;
mod context;
pub mod coordinator;
mod dispatch;
mod fetch_sessions;
mod handlers;
mod ids;
mod metrics;
pub mod net;
mod peers;
mod producer_ids;
mod server;
pub mod session;
mod share;
mod telemetry;

pub use config::{ListenerConfig, ServerConfig};
pub use metrics::Metrics;
pub use server::{Server, ServerError};
