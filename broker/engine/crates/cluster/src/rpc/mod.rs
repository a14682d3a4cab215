//! Nodes talk over TCP: one-way links that carry Raft's frames and gossip, and requests.
//!
//! A connection starts with a preface (magic and version), then a [`hello::Hello`] that says who
//! calls and for what, and the answer. After that, frames (`frame`): a link's go one way only, as
//! each node has its own link to every other; requests and responses alternate.

pub(crate) mod beat;
pub(crate) mod client;
pub(crate) mod frame;
pub(crate) mod gossip;
pub(crate) mod hello;
pub(crate) mod link;
pub(crate) mod messages;
pub(crate) mod server;
