//! Nodes, partitions and the controller: replication of every topic over many Raft groups.
//!
//! Entry point: [`Node`]. A node hosts replicas; each belongs to one shard, a thread that owns the
//! replica's Raft peer and log without locks ([`shard`]). [`controller`] is the cluster's metadata
//! as a state machine over group 0, `rpc` carries frames between nodes, `runtime` holds the
//! threads. See README.md for how they fit.

mod config;
pub mod controller;
mod error;
pub mod identity;
pub mod image;
mod metrics;
mod node;
mod partition;
mod queue;
mod rpc;
mod runtime;
pub mod shard;

pub use config::NodeConfig;
pub use controller::{ControllerCommand, ControllerReply};
pub use error::{ControllerError, ForwardError, NotReady, PartitionError, StartError};
pub use image::{GroupId, HostPort, Image, Listener, NodeId};
pub use metrics::Metrics;
pub use node::{BoxFuture, ForwardHandler, Identity, Node, ReplicaStatus};
pub use partition::{
    AbortedTxn, AbortedTxns, Acks, AppendOptions, Appended, Isolation, LeaderInfo, LeadershipEvent,
    Offsets, PartitionConfig, PartitionHandle, PeerProgress, ProducerInfo, ProducerRules, Progress,
    ReadResult, TimestampedOffset,
};
