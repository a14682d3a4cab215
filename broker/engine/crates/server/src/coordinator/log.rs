//! The partition's log as a host sees it: a seam, so that its rules are tested without a cluster.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use headrace_cluster::{
    Acks, AppendOptions, Isolation, PartitionError, PartitionHandle, ProducerRules,
};

/// The answer to an append.
pub(super) type Outcome = Pin<Box<dyn Future<Output = Result<(), PartitionError>> + Send>>;

/// What a read brings.
pub(super) struct Chunk {
    /// Whole batches, in order.
    pub(super) batches: Vec<Bytes>,
    /// Where the next read starts.
    pub(super) next_offset: i64,
}

/// One partition of an internal topic under one leader epoch.
pub(super) trait TopicLog: Send + Sync + 'static {
    /// Hands over one batch at once, so that calls and log have one order; the answer comes when
    /// the batch is committed. Refused under any other epoch.
    fn append(&self, batch: Bytes, rules: ProducerRules) -> Outcome;

    /// Committed batches from `offset` on; none when there are no more yet.
    fn read(&self, offset: i64, max_bytes: usize) -> Result<Chunk, PartitionError>;

    /// First offset and the one after the last, committed or not.
    fn bounds(&self) -> (i64, i64);
}

/// The real one.
pub(super) struct ReplicatedLog {
    pub(super) partition: PartitionHandle,
    pub(super) epoch: i32,
}

impl TopicLog for ReplicatedLog {
    fn append(&self, batch: Bytes, rules: ProducerRules) -> Outcome {
        let options = AppendOptions::new(Acks::All).in_epoch(self.epoch).with_rules(rules);
        let appended = self.partition.append(batch, options);
        Box::pin(async move { appended.await.map(|_| ()) })
    }

    fn read(&self, offset: i64, max_bytes: usize) -> Result<Chunk, PartitionError> {
        let read = self.partition.read(offset, max_bytes, Isolation::ReadUncommitted)?;
        Ok(Chunk { batches: read.batches, next_offset: read.next_offset })
    }

    fn bounds(&self) -> (i64, i64) {
        let offsets = self.partition.offsets();
        (offsets.log_start, offsets.log_end)
    }
}
