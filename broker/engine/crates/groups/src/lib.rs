//! Consumer-group coordinators as pure state machines over a replicated topic.
//!
//! A [`Coordinator`] owns the groups of one partition of `__consumer_offsets` and speaks Apache
//! Kafka's classic group protocol (KIP-62, KIP-345 static members, KIP-394 known member ids,
//! KIP-211 offset expiration), the newer one of consumers (KIP-848) and that of streams groups
//! (KIP-1071). It has no clock, disk, socket or thread: requests, the time and the
//! outcome of writes go in, [`Effect`]s come out. What must survive is written as records
//! ([`records`]) before it is answered, and [`Coordinator::load`] rebuilds the state from them.

mod api;
mod config;
mod consumer;
mod coordinator;
mod errors;
mod group;
mod member;
mod offsets;
pub mod records;
pub mod share;
mod streams;
mod topics;

pub use api::{Call, Effect, Request, Response, Token, TransactionalOffsets, WriteError, WriteId};
pub use config::{
    Config, ConsumerConfig, MigrationPolicy, MAX_NAME_BYTES, NEW_MEMBER_JOIN_TIMEOUT_MS,
};
pub use coordinator::Coordinator;
pub use group::GroupState;
pub use topics::{TopicShape, Topics};
