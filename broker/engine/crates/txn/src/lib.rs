//! Transaction coordinators as pure state machines over a replicated topic.
//!
//! A [`Coordinator`] owns the transactional ids of one partition of `__transaction_state` and
//! decides as Apache Kafka's does (KIP-98, KIP-360, KIP-447, KIP-890 with both protocols). It has
//! no clock, disk, socket or thread: requests, the time, the outcome of writes and the news that
//! markers were written go in, [`Effect`]s come out. What must survive is written as records
//! ([`records`]) before it is answered or acted on, and [`Coordinator::load`] rebuilds the state.

mod api;
mod coordinator;
pub mod records;
mod state;

pub use api::{
    Config, Description, Effect, Listed, Markers, Producer, Request, Response, Token, WriteError,
    WriteId,
};
pub use coordinator::Coordinator;
pub use state::{Partitions, State};
