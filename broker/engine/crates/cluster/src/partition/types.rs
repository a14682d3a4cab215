//! What is asked of a partition, and its answers.

use serde::{Deserialize, Serialize};

use crate::image::NodeId;

/// When an append is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acks {
    /// As soon as the leader has given it its offset.
    None,
    /// When the leader has it on its disk.
    Leader,
    /// When it is committed (on the disks of a majority) and enough replicas are in sync.
    All,
}

/// How to append.
#[derive(Clone, Copy, Debug)]
pub struct AppendOptions {
    /// When to answer.
    pub acks: Acks,
    /// Refuse if the leader's epoch is another one.
    pub expected_epoch: Option<i32>,
    /// What holds for a batch with a producer id.
    pub producer: ProducerRules,
}

/// What holds for a batch with a producer id, beside its header.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProducerRules {
    /// The second protocol of KIP-890: every transaction has an epoch of its own, so it begins
    /// with sequence 0, and a marker's epoch lies above that of the records it ends.
    pub second_protocol: bool,
    /// What [`crate::PartitionError::Unverified`] brought: the transaction's coordinator was asked
    /// since.
    pub verified: Option<u64>,
}

impl AppendOptions {
    /// Under any epoch of the leader, by the plain rules.
    pub const fn new(acks: Acks) -> Self {
        let producer = ProducerRules { second_protocol: false, verified: None };
        AppendOptions { acks, expected_epoch: None, producer }
    }

    /// Only under this epoch of the leader.
    #[must_use]
    pub const fn in_epoch(self, epoch: i32) -> Self {
        AppendOptions { expected_epoch: Some(epoch), ..self }
    }

    /// By these rules for batches with a producer id.
    #[must_use]
    pub const fn with_rules(self, producer: ProducerRules) -> Self {
        AppendOptions { producer, ..self }
    }
}

/// An appended batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The first record's offset.
    pub base_offset: i64,
    /// The time that the leader stamped, Unix ms; -1: the producer's times stand.
    pub log_append_time_ms: i64,
    /// The log's first offset.
    pub log_start_offset: i64,
    /// The leader's epoch.
    pub epoch: i32,
}

/// What a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// Up to the high watermark.
    ReadUncommitted,
    /// Up to the last stable offset.
    ReadCommitted,
}

/// Where a replica's log stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offsets {
    /// The first offset that is still there.
    pub log_start: i64,
    /// The offset after the last committed record.
    pub high_watermark: i64,
    /// The first offset of the oldest open transaction, or the high watermark.
    pub last_stable: i64,
    /// The offset that the next record gets.
    pub log_end: i64,
    /// The leader's epoch (Raft's term).
    pub epoch: i32,
    /// This replica leads and may serve: an entry of its own term is committed.
    pub is_leader: bool,
}

/// What a partition's topic asks of its leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionConfig {
    /// The leader stamps the time of the append (`message.timestamp.type=LogAppendTime`).
    pub log_append_time: bool,
    /// `min.insync.replicas`.
    pub min_insync_replicas: usize,
    /// `producer.id.expiration.ms`.
    pub producer_expiration_ms: i64,
    /// `write.caching`: records count as safe when a majority has them in its operating system's
    /// cache.
    pub write_caching: bool,
}

/// Who leads a group, as far as this node knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaderInfo {
    /// The leader.
    pub leader: NodeId,
    /// Its epoch.
    pub epoch: i32,
    /// The replicas in sync with it, sorted.
    pub in_sync: Vec<NodeId>,
}

/// Leadership of a group came to this node or left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeadershipEvent {
    /// The group.
    pub group: u64,
    /// The epoch in which it came or left.
    pub epoch: i32,
    /// It came: the replica may serve now.
    pub is_leader: bool,
}

/// A group as its leader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The leader.
    pub leader: NodeId,
    /// Its epoch.
    pub epoch: i32,
    /// The offset after the last committed record.
    pub high_watermark: i64,
    /// All members, the leader included, by node.
    pub members: Vec<PeerProgress>,
}

/// How far one member has its group's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerProgress {
    /// The member.
    pub node: NodeId,
    /// It votes.
    pub voter: bool,
    /// The offset after the last record that it is known to have.
    pub log_end: i64,
    /// When the leader last heard of it, Unix ms.
    pub heard_ms: Option<i64>,
    /// When it last had all that there was, Unix ms.
    pub caught_up_ms: Option<i64>,
}
