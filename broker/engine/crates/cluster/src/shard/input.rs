//! What a shard is told: the one queue that leads to its thread.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use bytes::Bytes;
use headrace_log::{CheckpointJob, CleanJob};
use headrace_raft::{ConfState, Membership, RaftMessage};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::machine::StateMachine;
use crate::error::PartitionError;
use crate::image::{Goal, GroupId, NodeId};
use crate::partition::leader::AppendReply;
use crate::partition::shared::PartitionShared;
use crate::partition::{AppendOptions, PartitionConfig, ProducerInfo, Progress};
use crate::queue::{queue, Receiver, Refused, Sender};

/// Inputs that may wait for a shard, beside as many that it has taken.
const MAX_QUEUED: usize = 8 * 1024;
/// Their bytes (batches and frames).
const MAX_QUEUED_BYTES: usize = 256 << 20;

/// A replica to be opened.
pub struct NewReplica {
    /// Its group.
    pub group: GroupId,
    /// Its topic.
    pub topic_id: Uuid,
    /// Its partition's index.
    pub partition: i32,
    /// The group's first members (used only when the replica holds no newer state).
    pub members: ConfState,
    /// The node that shall lead it when it can.
    pub preferred: Option<NodeId>,
    /// How its log is kept.
    pub log: headrace_log::LogConfig,
    /// What its topic asks of its leader.
    pub config: PartitionConfig,
    /// What applies its entries, if it is not a plain partition.
    pub machine: Option<Box<dyn StateMachine>>,
    /// Tell followers of commits at once (the controller's group).
    pub broadcast_commit: bool,
    /// If the group is new: stand for election at once, without waiting for a timeout.
    pub campaign: bool,
    /// Who shall be the group's members.
    pub goal: Option<Goal>,
    /// The group is older than this replica. Until it has all, it neither votes nor stands for
    /// election: what it may have held before, and lost, it might have acknowledged.
    pub joins: bool,
}

/// The answer to [`Input::Open`]: what other threads see of the replica.
pub type Opened = Result<Arc<PartitionShared>, PartitionError>;

/// Something for a shard to do.
pub enum Input {
    /// A client's batch.
    Append {
        /// Where to.
        group: GroupId,
        /// The batch.
        batch: Bytes,
        /// When to answer.
        options: AppendOptions,
        /// The answer.
        reply: AppendReply,
    },
    /// Messages from another node.
    Peer {
        /// The node.
        from: NodeId,
        /// Its messages, in order.
        messages: Vec<(GroupId, RaftMessage)>,
        /// The size of the frame that they came in.
        bytes: usize,
    },
    /// A shard of another node, in which groups of this one sleep, is well.
    Beat {
        /// The node.
        from: NodeId,
        /// Which of its shards.
        shard: u64,
        /// How many it has.
        shards: u64,
    },
    /// The connection to a node broke.
    Unreachable {
        /// The node.
        node: NodeId,
    },
    /// Open a replica; nothing happens if it is open.
    Open {
        /// Which.
        replica: Box<NewReplica>,
        /// The answer.
        reply: oneshot::Sender<Opened>,
    },
    /// Close a replica and delete its files.
    Remove {
        /// Which.
        group: GroupId,
        /// The group lives on elsewhere: its log is emptied, its term and vote are kept.
        moved: bool,
        /// The answer.
        reply: oneshot::Sender<Result<(), PartitionError>>,
    },
    /// A topic's configuration or placement changed.
    Configure {
        /// Which.
        group: GroupId,
        /// As in [`NewReplica`].
        preferred: Option<NodeId>,
        /// As in [`NewReplica`].
        log: headrace_log::LogConfig,
        /// As in [`NewReplica`].
        config: PartitionConfig,
        /// As in [`NewReplica`].
        goal: Option<Goal>,
    },
    /// Hand leadership to a node, or to the best one.
    Transfer {
        /// Which.
        group: GroupId,
        /// To whom.
        to: Option<NodeId>,
        /// Who will get it.
        reply: oneshot::Sender<Result<NodeId, PartitionError>>,
    },
    /// How far a group's members are, if this replica leads.
    Progress {
        /// Which.
        group: GroupId,
        /// The answer.
        reply: oneshot::Sender<Result<Progress, PartitionError>>,
    },
    /// Change a group's members, if this replica leads and no change is under way.
    Membership {
        /// Which.
        group: GroupId,
        /// The change.
        change: Membership,
    },
    /// The nodes that shall lead nothing.
    Draining(BTreeSet<NodeId>),
    /// How often the shard looks at its logs.
    Housekeeping {
        /// From a look that found no log to compact to the next one (`log.cleaner.backoff.ms`).
        cleaner_backoff_ms: i64,
        /// Between two looks for records that are too old (`log.retention.check.interval.ms`).
        retention_check_ms: i64,
    },
    /// List a partition's producers.
    Producers {
        /// Which.
        group: GroupId,
        /// The answer.
        reply: oneshot::Sender<Result<Vec<ProducerInfo>, PartitionError>>,
    },
    /// Whether a producer's transaction has begun in a partition that this replica leads.
    Verify {
        /// Which.
        group: GroupId,
        /// Whose.
        producer_id: i64,
        /// In which epoch.
        producer_epoch: i16,
        /// None: it has; else the guard for its verification.
        reply: oneshot::Sender<Result<Option<u64>, PartitionError>>,
    },
    /// Delete records, if this replica leads.
    DeleteRecords {
        /// Which.
        group: GroupId,
        /// All below; -1: all that are committed.
        before_offset: i64,
        /// The log's first offset afterwards.
        reply: oneshot::Sender<Result<i64, PartitionError>>,
    },
    /// A round's write and sync returned.
    RoundDone {
        /// Which round.
        seq: u64,
        /// What came of it.
        result: Result<(), String>,
    },
    /// A checkpoint ran.
    CheckpointDone(CheckpointJob),
    /// A step of compaction ran.
    CleanDone(Box<CleanJob>),
    /// The states file was written for these groups and indices.
    StatesSaved(Vec<(GroupId, u64)>),
    /// Close the store and end.
    Stop {
        /// When done.
        reply: oneshot::Sender<()>,
    },
}

impl Input {
    fn bytes(&self) -> usize {
        match self {
            Input::Append { batch, .. } => batch.len(),
            Input::Peer { bytes, .. } => *bytes,
            _ => 0,
        }
    }
}

/// The sending end of a shard's queue.
#[derive(Clone, Debug)]
pub struct ShardSender {
    queue: Sender<Input>,
    bytes: Arc<AtomicUsize>,
}

/// The receiving end.
#[derive(Debug)]
pub struct ShardReceiver {
    queue: Receiver<Input>,
    bytes: Arc<AtomicUsize>,
}

/// A shard's queue.
pub fn shard_queue() -> (ShardSender, ShardReceiver) {
    let (sender, receiver) = queue(MAX_QUEUED);
    let bytes = Arc::new(AtomicUsize::new(0));
    let sender = ShardSender { queue: sender, bytes: bytes.clone() };
    (sender, ShardReceiver { queue: receiver, bytes })
}

impl ShardSender {
    /// Queues an input if there is room.
    ///
    /// # Errors
    /// `Overloaded` when the queue is full, `ShuttingDown` when the shard is gone.
    pub fn try_send(&self, input: Input) -> Result<(), PartitionError> {
        self.offer(input).map_err(|(error, _)| error)
    }

    /// As [`ShardSender::try_send`], and gives the input back.
    ///
    /// # Errors
    /// As there.
    pub fn offer(&self, input: Input) -> Result<(), (PartitionError, Box<Input>)> {
        let bytes = input.bytes();
        if bytes > 0 && self.bytes.fetch_add(bytes, Ordering::Relaxed) > MAX_QUEUED_BYTES {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
            return Err((PartitionError::Overloaded, Box::new(input)));
        }
        self.queue.try_send(input).map_err(|error| {
            self.bytes.fetch_sub(bytes, Ordering::Relaxed);
            match error {
                Refused::Full(input) => (PartitionError::Overloaded, Box::new(input)),
                Refused::Closed(input) => (PartitionError::ShuttingDown, Box::new(input)),
            }
        })
    }

    /// Queues an input, waiting for room. For threads that may block.
    ///
    /// # Errors
    /// `ShuttingDown` when the shard is gone.
    pub fn send_blocking(&self, input: Input) -> Result<(), PartitionError> {
        self.bytes.fetch_add(input.bytes(), Ordering::Relaxed);
        self.queue.send(input).map_err(|_| PartitionError::ShuttingDown)
    }
}

impl ShardReceiver {
    /// The next input, or `None` at `deadline`.
    pub fn recv_deadline(&mut self, deadline: std::time::Instant) -> Option<Input> {
        let input = self.queue.recv_deadline(deadline)?;
        Some(self.account(input))
    }

    /// The next input, if there is one now.
    pub fn try_recv(&mut self) -> Option<Input> {
        let input = self.queue.try_recv()?;
        Some(self.account(input))
    }

    fn account(&self, input: Input) -> Input {
        self.bytes.fetch_sub(input.bytes(), Ordering::Relaxed);
        input
    }
}
