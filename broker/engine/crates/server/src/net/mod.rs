//! Sockets: listeners, connections, frames and the memory they may use. Knows no Kafka API.

mod budget;
mod connection;
mod flight;
mod frame;
mod listener;
mod outbox;
mod rarely;
mod service;

#[cfg(test)]
mod tests;

pub use budget::{Budget, Share};
pub use listener::{BindError, Listeners};
pub use rarely::Rarely;
pub use service::{Answer, Call, Peer, Reply, Service};

pub(crate) use connection::Limits;
