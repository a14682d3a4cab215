//! What other threads see of a replica: [`PartitionHandle`].

use std::future::Future;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use bytes::Bytes;
use headrace_log::{LogReader, ReadError, TimestampedOffset};
use headrace_raft::ConfState;
use tokio::sync::{oneshot, watch};

use super::aborted::{AbortedTxn, AbortedTxns};
use super::producers::ProducerInfo;
use super::types::{AppendOptions, Appended, Isolation, Offsets};
use crate::error::PartitionError;
use crate::image::{GroupId, NodeId};
use crate::shard::{Input, ShardSender};

const NOBODY: i32 = -1;
/// No version of a goal.
const NOTHING: u64 = u64::MAX;

/// Written by the shard that owns the replica, read by everyone.
pub struct PartitionShared {
    group: GroupId,
    offsets: watch::Sender<Offsets>,
    reader: LogReader,
    aborted: Arc<AbortedTxns>,
    leader: AtomicI32,
    fenced: ArcSwapOption<String>,
    members: ArcSwap<ConfState>,
    reached: AtomicU64,
}

impl std::fmt::Debug for PartitionShared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartitionShared({}, {:?})", self.group, *self.offsets.borrow())
    }
}

impl PartitionShared {
    pub fn new(group: GroupId, reader: LogReader, aborted: Arc<AbortedTxns>) -> Self {
        PartitionShared {
            group,
            offsets: watch::Sender::new(Offsets::default()),
            reader,
            aborted,
            leader: AtomicI32::new(NOBODY),
            fenced: ArcSwapOption::empty(),
            members: ArcSwap::default(),
            reached: AtomicU64::new(NOTHING),
        }
    }

    pub fn offsets(&self) -> Offsets {
        *self.offsets.borrow()
    }

    /// Shows new offsets and wakes those who wait for them.
    pub fn publish(&self, offsets: Offsets) {
        self.offsets.send_if_modified(|old| {
            let changed = *old != offsets;
            *old = offsets;
            changed
        });
    }

    pub fn aborted(&self) -> &Arc<AbortedTxns> {
        &self.aborted
    }

    pub fn set_members(&self, members: ConfState) {
        self.members.store(Arc::new(members));
    }

    pub fn set_reached(&self, goal_version: Option<u64>) {
        self.reached.store(goal_version.unwrap_or(NOTHING), Ordering::Release);
    }

    /// The version of the goal that the group has reached, on its leader.
    pub fn reached(&self) -> Option<u64> {
        Some(self.reached.load(Ordering::Acquire)).filter(|&version| version != NOTHING)
    }

    pub fn set_leader(&self, leader: Option<NodeId>) {
        self.leader.store(leader.unwrap_or(NOBODY), Ordering::Release);
    }

    pub fn leader(&self) -> Option<NodeId> {
        Some(self.leader.load(Ordering::Acquire)).filter(|&id| id != NOBODY)
    }

    pub fn fence(&self, why: &str) {
        self.fenced.store(Some(Arc::new(why.to_string())));
        self.offsets.send_modify(|o| o.is_leader = false);
    }

    pub fn fenced(&self) -> Option<String> {
        self.fenced.load().as_deref().cloned()
    }
}

/// Batches read from a partition.
#[derive(Clone, Debug, Default)]
pub struct ReadResult {
    /// Runs of whole batches; the first may start before the offset that was asked for.
    pub batches: Vec<Bytes>,
    /// The offset after the last batch.
    pub next_offset: i64,
    /// The high watermark at the time of the read.
    pub high_watermark: i64,
    /// The last stable offset at the time of the read.
    pub last_stable_offset: i64,
    /// The log's first offset.
    pub log_start_offset: i64,
    /// What the reader of committed records must leave out, by ascending first offset.
    pub aborted: Vec<AbortedTxn>,
}

/// A replica that is hosted on this node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PartitionHandle {
    shared: Arc<PartitionShared>,
    shard: ShardSender,
}

impl PartitionHandle {
    pub(crate) fn new(shared: Arc<PartitionShared>, shard: ShardSender) -> Self {
        PartitionHandle { shared, shard }
    }

    /// The replica's group.
    pub fn group(&self) -> GroupId {
        self.shared.group
    }

    /// Why the replica is out of service on this node, if it is.
    pub fn fenced(&self) -> Option<String> {
        self.shared.fenced()
    }

    /// The leader that this replica follows, or is.
    pub fn leader(&self) -> Option<NodeId> {
        self.shared.leader()
    }

    /// The group's members as of the last applied entry.
    pub(crate) fn members(&self) -> Arc<ConfState> {
        self.shared.members.load_full()
    }

    /// The version of the goal that the group has reached, on its leader.
    pub(crate) fn reached(&self) -> Option<u64> {
        self.shared.reached()
    }

    /// Appends one v2 batch whose CRC the caller has verified.
    ///
    /// The append is queued before this returns, so calls from one place keep their order; the
    /// future is the answer. Dropping it does not take the append back. There is no timeout.
    pub fn append(
        &self,
        batch: Bytes,
        options: AppendOptions,
    ) -> impl Future<Output = Result<Appended, PartitionError>> + Send + 'static {
        let (reply, answer) = oneshot::channel();
        let group = self.shared.group;
        let queued = self.shard.try_send(Input::Append { group, batch, options, reply });
        async move {
            queued?;
            answer.await.unwrap_or(Err(PartitionError::ShuttingDown))
        }
    }

    /// Reads committed batches on the leader: at least one if there is one at `offset`, then as
    /// many as fit into `max_bytes`. Raft-only batches among them are the caller's to leave out
    /// (they take no offset). May read from the disk.
    ///
    /// # Errors
    /// `NotLeader`, `OutOfRange`, `Fenced` or `Storage`.
    pub fn read(
        &self,
        offset: i64,
        max_bytes: usize,
        isolation: Isolation,
    ) -> Result<ReadResult, PartitionError> {
        self.check_leader()?;
        self.read_replica(offset, max_bytes, isolation)
    }

    /// As [`PartitionHandle::read`], also on a follower, up to its own high watermark.
    ///
    /// # Errors
    /// As there, but `NotLeader`.
    pub fn read_replica(
        &self,
        offset: i64,
        max_bytes: usize,
        isolation: Isolation,
    ) -> Result<ReadResult, PartitionError> {
        if let Some(why) = self.shared.fenced() {
            return Err(PartitionError::Fenced(why));
        }
        let offsets = self.offsets();
        let upto = readable_end(&offsets, isolation);
        let mut result = ReadResult {
            batches: Vec::new(),
            next_offset: offset,
            high_watermark: offsets.high_watermark,
            last_stable_offset: offsets.last_stable,
            log_start_offset: offsets.log_start,
            aborted: Vec::new(),
        };
        if offset > offsets.log_end || offset < offsets.log_start {
            let (start, end) = (offsets.log_start, offsets.log_end);
            return Err(PartitionError::OutOfRange { start, end });
        }
        if offset < upto {
            let slice = self.shared.reader.read(offset, max_bytes, upto, true);
            let slice = slice.map_err(read_error)?;
            result.batches = slice.batches;
            result.next_offset = slice.next_offset;
            if isolation == Isolation::ReadCommitted {
                // Complete up to the last stable offset that was read above.
                result.aborted = self.shared.aborted.overlapping(offset, slice.next_offset);
            }
        }
        Ok(result)
    }

    fn check_leader(&self) -> Result<(), PartitionError> {
        if self.offsets().is_leader {
            return Ok(());
        }
        match self.shared.fenced() {
            Some(why) => Err(PartitionError::Fenced(why)),
            None => Err(PartitionError::NotLeader { leader: self.shared.leader() }),
        }
    }

    /// Where the log stands.
    pub fn offsets(&self) -> Offsets {
        self.shared.offsets()
    }

    /// Wakes whenever [`PartitionHandle::offsets`] changes.
    pub fn offsets_changed(&self) -> watch::Receiver<Offsets> {
        self.shared.offsets.subscribe()
    }

    /// The first record that the reader may see whose time is `timestamp_ms` or later. Leader
    /// only.
    ///
    /// # Errors
    /// As [`PartitionHandle::read`].
    pub fn list_offset(
        &self,
        timestamp_ms: i64,
        isolation: Isolation,
    ) -> Result<Option<TimestampedOffset>, PartitionError> {
        self.check_leader()?;
        let offsets = self.offsets();
        let (from, upto) = (offsets.log_start, readable_end(&offsets, isolation));
        let found = self.shared.reader.offset_for_timestamp(timestamp_ms, from, upto);
        found.map_err(|e| PartitionError::Storage(e.to_string()))
    }

    /// The committed record with the largest time, the first of those. Leader only.
    ///
    /// # Errors
    /// As [`PartitionHandle::read`].
    pub fn max_timestamp(&self) -> Result<Option<TimestampedOffset>, PartitionError> {
        self.check_leader()?;
        let Offsets { log_start, high_watermark, .. } = self.offsets();
        let found = self.shared.reader.max_timestamp(log_start, high_watermark);
        found.map_err(|e| PartitionError::Storage(e.to_string()))
    }

    /// The epoch of the log's first record, or of what was deleted last; -1 when nothing was ever
    /// written.
    pub fn log_start_epoch(&self) -> i32 {
        self.shared.reader.epoch_at(self.offsets().log_start)
    }

    /// The largest epoch up to `epoch` that the log knows, and the offset after its last record;
    /// `(-1, -1)` when it knows none (KIP-101).
    pub fn epoch_end_offset(&self, epoch: i32) -> (i32, i64) {
        self.shared.reader.epoch_end_offset(epoch)
    }

    /// The idempotent producers that the replica remembers.
    pub fn producers(
        &self,
    ) -> impl Future<Output = Result<Vec<ProducerInfo>, PartitionError>> + Send + 'static {
        let (reply, answer) = oneshot::channel();
        let queued = self.shard.try_send(Input::Producers { group: self.shared.group, reply });
        async move {
            queued?;
            answer.await.unwrap_or(Err(PartitionError::ShuttingDown))
        }
    }

    /// For a coordinator that is about to append records of a transaction: the guard under which
    /// to have the transaction verified, or none if it has begun here. Leader only.
    ///
    /// # Errors
    /// `NotLeader`, `Overloaded` or `ShuttingDown`.
    pub fn verify(
        &self,
        producer_id: i64,
        producer_epoch: i16,
    ) -> impl Future<Output = Result<Option<u64>, PartitionError>> + Send + 'static {
        let (reply, answer) = oneshot::channel();
        let group = self.shared.group;
        let input = Input::Verify { group, producer_id, producer_epoch, reply };
        let queued = self.shard.try_send(input);
        async move {
            queued?;
            answer.await.unwrap_or(Err(PartitionError::ShuttingDown))
        }
    }

    /// Deletes the records below `before_offset` (-1: all committed ones). Answers with the log's
    /// first offset once a majority has it on disk, all replicas in sync have it, and whoever leads
    /// next will start there too; that offset is larger if the log starts later already. There is
    /// no timeout. Leader only.
    ///
    /// The answer is `OutOfRange` for an offset above the high watermark, else as
    /// [`PartitionHandle::append`].
    pub fn delete_records(
        &self,
        before_offset: i64,
    ) -> impl Future<Output = Result<i64, PartitionError>> + Send + 'static {
        let (reply, answer) = oneshot::channel();
        let group = self.shared.group;
        let queued = self.shard.try_send(Input::DeleteRecords { group, before_offset, reply });
        async move {
            queued?;
            answer.await.unwrap_or(Err(PartitionError::ShuttingDown))
        }
    }

    /// The log's size in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.shared.reader.size_bytes()
    }
}

fn readable_end(offsets: &Offsets, isolation: Isolation) -> i64 {
    match isolation {
        Isolation::ReadUncommitted => offsets.high_watermark,
        Isolation::ReadCommitted => offsets.last_stable,
    }
}

fn read_error(error: ReadError) -> PartitionError {
    match error {
        ReadError::OutOfRange { start, end } => PartitionError::OutOfRange { start, end },
        other => PartitionError::Storage(other.to_string()),
    }
}
