//! Deterministic simulation: whole nodes on a simulated disk, network and clock.
//!
//! [`World`] runs the shards of several nodes in one thread. A seed decides everything: message
//! delays, losses and duplicates, partitions of the network, crashes with torn writes, how long a
//! sync takes and what clients do. [`Plan`] says how rough it gets; [`World::run`] panics with the
//! seed in its text when a promise is broken (see `checks`).

mod checks;
mod client;
mod machine;
mod moves;
mod network;
mod node;
mod world;

pub use checks::Checks;
pub use world::{Plan, Summary, World};
