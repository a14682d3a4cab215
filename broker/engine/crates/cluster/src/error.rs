//! What can go wrong, for the callers of this crate.

use std::io;
use std::path::PathBuf;

use crate::controller;
use crate::identity::IdentityError;
use crate::image::NodeId;

/// Why a partition did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartitionError {
    /// This replica does not lead, or not yet: ask `leader`, or again after a moment.
    #[error("this node does not lead the partition")]
    NotLeader {
        /// Who does, if known.
        leader: Option<NodeId>,
    },
    /// The offset is not in the log.
    #[error("offset out of range: the log holds {start} up to {end}")]
    OutOfRange {
        /// The first offset.
        start: i64,
        /// The offset after the last one that may be read.
        end: i64,
    },
    /// Fewer replicas are in sync than min.insync.replicas asks for; nothing was appended.
    #[error("too few replicas are in sync")]
    NotEnoughReplicas,
    /// As before, but the batch was appended and may yet be committed.
    #[error("too few replicas are in sync to acknowledge an appended batch")]
    NotEnoughReplicasAfterAppend,
    /// No answer in time; the batch may yet be committed.
    #[error("no answer in time")]
    TimedOut,
    /// A gap in an idempotent producer's sequence numbers (KIP-98).
    #[error("the producer's sequence number is out of order")]
    OutOfOrderSequence,
    /// A newer instance of the producer has written already (KIP-98).
    #[error("the producer's epoch is older than one seen before")]
    InvalidProducerEpoch,
    /// The partition knows nothing of the producer.
    #[error("the producer is not known")]
    UnknownProducer,
    /// A record outside of a transaction while the producer has one open here.
    #[error("the producer has an open transaction, but the batch is not part of it")]
    InvalidTransaction,
    /// The batch would begin a transaction here: its coordinator must say first that the partition
    /// belongs to it (KIP-890). Append again with the guard, see [`crate::ProducerRules`].
    #[error("the transaction is not verified")]
    Unverified {
        /// What the next append names.
        guard: u64,
    },
    /// A marker of a coordinator that was replaced.
    #[error("another coordinator decides about the transaction now")]
    CoordinatorFenced,
    /// The caller expects an older leader epoch than this (KIP-320).
    #[error("the leader epoch has moved on")]
    FencedEpoch,
    /// The caller expects a newer leader epoch than this (KIP-320).
    #[error("the leader epoch is newer than this replica's")]
    UnknownEpoch,
    /// The bytes are not one sound batch.
    #[error("invalid batch: {0}")]
    InvalidBatch(String),
    /// This replica is broken on this node; others may serve.
    #[error("the replica is out of service on this node: {0}")]
    Fenced(String),
    /// The log could not be read or written.
    #[error("storage failed: {0}")]
    Storage(String),
    /// Too many appends are under way: slow down and try again.
    #[error("too many appends are under way")]
    Overloaded,
    /// The node is stopping.
    #[error("the node is shutting down")]
    ShuttingDown,
}

/// Why a node cannot start. The texts are for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting makes no sense.
    #[error("{setting}: {why}")]
    Config {
        /// The setting's name in [`crate::NodeConfig`].
        setting: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The data folder cannot be used, or belongs to someone else.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Another process works on the data folder.
    #[error(
        "{path} is in use by another process; stop that one, or give this node a data_directory \
         of its own"
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The RPC port cannot be had.
    #[error("rpc_server: cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The logs cannot be opened.
    #[error("cannot open the logs in {path}: {why}")]
    Storage {
        /// The shard's folder.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The operating system refuses something else.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the operating system said.
        source: io::Error,
    },
}

impl StartError {
    /// The setting that the error is about, as [`crate::NodeConfig`] names it.
    pub fn setting(&self) -> &'static str {
        match self {
            StartError::Config { setting, .. } => setting,
            StartError::Bind { .. } => "rpc_listen",
            _ => "data_dir",
        }
    }
}

/// Why the controller gave no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControllerError {
    /// The state machine's answer is no: a Kafka error code and a sentence.
    #[error(transparent)]
    Refused(#[from] controller::ControllerError),
    /// No node leads the controller's group now.
    #[error("the cluster has no controller at the moment")]
    NoLeader,
    /// No answer in time. The command may yet be applied.
    #[error("the controller did not answer in time")]
    TimedOut,
    /// The node is stopping.
    #[error("the node is shutting down")]
    ShuttingDown,
}

/// Why another node gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForwardError {
    /// It was never asked.
    #[error("the node cannot be asked: {0}")]
    NotSent(String),
    /// It may have done what was asked.
    #[error("the node gave no answer: {0}")]
    Unknown(String),
}

/// The node was not ready in time, and what it still waits for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the node is not ready: {0}")]
pub struct NotReady(pub String);
