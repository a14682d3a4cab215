//! Consensus as a pure state machine around raft-rs: messages in, messages and writes out.
//!
//! Entry point: [`RaftGroup`]. No clock, disk, socket or thread in here; the shard that owns a
//! group ticks it, stages its writes, syncs them and carries its messages. See the README for the
//! rules that the shard must keep.

mod cached;
mod codec;
mod entry;
mod group;
mod logger;
mod message;
mod source;
mod timeout;

pub use codec::{decode_message, encode_message, DecodeError, FrameReader, FrameWriter};
pub use entry::{Membership, Payload};
pub use group::{
    Committed, Durable, GroupConfig, GroupReady, InstallSnapshot, PeerStatus, ProposeError,
    RaftError, RaftGroup, Role, Status, Token,
};
pub use message::{Body, RaftEntry, RaftMessage};
pub use source::{ConfState, EntrySource, HardState, Snapshot, SourceError, StoredEntry};
pub use timeout::election_timeout_ticks;

/// A member of a group; never 0.
pub type PeerId = u64;
