//! What callers say to a store and get from it.

use std::sync::Arc;

use bytes::Bytes;
use headrace_wire::batch::BatchHeader;
use uuid::Uuid;

/// A Raft group; 0 is the controller, every partition has one of its own.
pub type GroupId = u64;

/// A shard's store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// Size of one journal file in bytes. Two to four of them exist; a checkpoint frees them.
    pub journal_bytes: u64,
    /// Memory for the newest batches of all groups together, in bytes.
    pub tail_cache_bytes: usize,
}

impl Default for StoreConfig {
    fn default() -> Self {
        StoreConfig { journal_bytes: 64 << 20, tail_cache_bytes: 8 << 20 }
    }
}

/// One group's log. Names and defaults are Kafka's topic settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// A segment is closed before it would grow beyond this.
    pub segment_bytes: u64,
    /// A segment is closed when its first batch is older than this.
    pub segment_ms: i64,
    /// Closed segments whose newest record is older are deleted; -1 never.
    pub retention_ms: i64,
    /// The oldest segments are deleted while the log is larger; -1 never.
    pub retention_bytes: i64,
    /// Bytes between two marks of the sparse index (it gets sparser in large segments).
    pub index_interval_bytes: u32,
    /// Of the records of a key only the newest stays.
    pub compaction: Option<Compaction>,
}

/// How a log is compacted. Names are Kafka's topic settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compaction {
    /// Share of bytes not compacted yet that starts a pass, in millionths
    /// (`min.cleanable.dirty.ratio`).
    pub min_dirty_ppm: u32,
    /// Segments with younger records are left alone (`min.compaction.lag.ms`).
    pub min_lag_ms: i64,
    /// A pass begins when a record has waited for so long (`max.compaction.lag.ms`).
    pub max_lag_ms: i64,
    /// How long a record without a value stays once those before it are gone
    /// (`delete.retention.ms`).
    pub delete_retention_ms: i64,
}

impl Default for LogConfig {
    fn default() -> Self {
        LogConfig {
            segment_bytes: 1 << 30,
            segment_ms: 7 * 24 * 3_600_000,
            retention_ms: 7 * 24 * 3_600_000,
            retention_bytes: -1,
            index_interval_bytes: 4096,
            compaction: None,
        }
    }
}

/// Whose log it is; written into every segment, so that a stray file is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogMeta {
    /// The topic.
    pub topic_id: Uuid,
    /// The partition.
    pub partition: i32,
}

/// Raft's state that must survive beside the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HardState {
    /// The highest term seen.
    pub term: u64,
    /// Who got the vote in that term; 0 nobody.
    pub vote: u64,
    /// The highest index known to be committed.
    pub commit: u64,
}

/// One entry: a whole record batch, stamped by its leader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its place in the group's log, from 1, without gaps.
    pub index: u64,
    /// The leader's term; equals the batch's leader epoch.
    pub term: u64,
    /// The batch.
    pub batch: Bytes,
}

/// Where a log begins: just after `index`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogStart {
    /// The last index that is not in the log any more; 0 for a whole log.
    pub index: u64,
    /// That entry's term.
    pub term: u64,
    /// The offset of the first record after it.
    pub offset: i64,
    /// The owner's state (a controller's snapshot, producers); opaque here.
    pub app: Bytes,
}

/// What of a log may be removed from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removable {
    /// No entry behind this index is touched.
    pub upto_index: u64,
    /// Records below this offset are deleted; segments with nothing else go.
    pub deleted_before: i64,
    /// Whether this round looks at long ages: see [`crate::Store::maintain`].
    pub by_age: bool,
}

/// What of a log may be compacted.
#[derive(Clone)]
pub struct Cleanable {
    /// No entry behind this index: committed, and in the owner's saved state.
    pub upto_index: u64,
    /// No record at or behind this offset: what lies before is no part of an open transaction.
    pub upto_offset: i64,
    /// Whether a transactional batch before that was aborted.
    pub is_aborted: Arc<dyn Fn(&BatchHeader) -> bool + Send + Sync>,
}

/// Batches read from a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSlice {
    /// Runs of whole batches, in order; Raft-only ones are left out.
    pub batches: Vec<Bytes>,
    /// The offset after the last of them; the one asked for when there is none.
    pub next_offset: i64,
    /// Bytes in all.
    pub size_bytes: usize,
}

/// A record found by its time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampedOffset {
    /// The record's offset.
    pub offset: i64,
    /// Its time stamp, Unix ms.
    pub timestamp_ms: i64,
    /// The epoch of the leader that appended it.
    pub epoch: i32,
}

/// What opening a store found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// Journal rounds that were applied.
    pub rounds_replayed: u64,
    /// Entries among them.
    pub entries_replayed: u64,
    /// Entries that the segments hold and the journal does not know: they were written and not
    /// synced when the process ended.
    pub entries_kept: u64,
    /// Bytes behind the last whole batch that were cut off (never acknowledged).
    pub torn_bytes: u64,
    /// Groups that lack entries which were durable once, and why. Such a log must be reset and
    /// fetched again from its leader, and must not vote before.
    pub damaged: Vec<(GroupId, String)>,
}
