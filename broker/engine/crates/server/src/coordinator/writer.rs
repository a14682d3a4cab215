//! Appends of one coordinator: batched, in order, a few under way at a time.

use std::collections::VecDeque;
use std::future::pending;

use bytes::Bytes;
use headrace_cluster::PartitionError;
use headrace_groups::records::Record;
use headrace_groups::{WriteError, WriteId};
use headrace_wire::batch::HEADER_BYTES;
use headrace_wire::records::BatchBuilder;

use super::log::{OffsetsLog, Outcome};

/// Batches under way. Few: whatever comes meanwhile shares the next batch.
const MAX_IN_FLIGHT: usize = 4;
/// More than a record adds to its key and value (lengths and deltas as varints).
const RECORD_OVERHEAD_BYTES: usize = 40;

/// How writes ended.
pub(super) enum Fate {
    /// As the log says.
    Known(Result<(), WriteError>),
    /// The records may or may not be, or come to be, in the log: only reading it again tells.
    Unknown(PartitionError),
}

struct Batch {
    writes: Vec<WriteId>,
    outcome: Outcome,
}

/// Writes that wait and writes under way.
pub(super) struct Writer {
    queue: VecDeque<(WriteId, Vec<Record>)>,
    in_flight: VecDeque<Batch>,
    max_batch_bytes: usize,
}

impl Writer {
    pub(super) fn new(max_batch_bytes: usize) -> Self {
        Writer { queue: VecDeque::new(), in_flight: VecDeque::new(), max_batch_bytes }
    }

    pub(super) fn push(&mut self, write: WriteId, records: Vec<Record>) {
        self.queue.push_back((write, records));
    }

    /// Hands waiting writes to the log, as many as may be under way.
    pub(super) fn flush<L: OffsetsLog>(&mut self, log: &L, now_ms: i64) {
        while self.in_flight.len() < MAX_IN_FLIGHT {
            let Some((writes, batch)) = self.next_batch(now_ms) else { return };
            let outcome: Outcome = match batch {
                Some(batch) => log.append(batch),
                None => Box::pin(async { Err(too_large()) }),
            };
            self.in_flight.push_back(Batch { writes, outcome });
        }
    }

    /// The next writes that fit one batch; no batch when the first alone is too large.
    fn next_batch(&mut self, now_ms: i64) -> Option<(Vec<WriteId>, Option<Bytes>)> {
        let mut builder = BatchBuilder::new();
        let mut writes = Vec::new();
        let mut bytes = HEADER_BYTES;
        while let Some((write, records)) = self.queue.front() {
            let more_bytes: usize = records.iter().map(size_bytes).sum();
            if bytes + more_bytes > self.max_batch_bytes {
                if writes.is_empty() {
                    let write = *write;
                    self.queue.pop_front();
                    return Some((vec![write], None));
                }
                break;
            }
            bytes += more_bytes;
            for record in records {
                builder.push(now_ms, Some(&record.key), record.value.as_deref(), &[]);
            }
            writes.push(*write);
            self.queue.pop_front();
        }
        if writes.is_empty() {
            return None;
        }
        // Sizes were checked and offsets rise, so there is nothing to fail but a bug of ours.
        let batch = builder.build().inspect_err(|error| tracing::error!(%error, "no batch"));
        Some((writes, batch.ok()))
    }

    /// The outcome of the oldest batch under way; never comes when there is none. May be dropped
    /// and called again.
    pub(super) async fn next_outcome(&mut self) -> (Vec<WriteId>, Fate) {
        let Some(front) = self.in_flight.front_mut() else { return pending().await };
        let outcome = front.outcome.as_mut().await;
        let writes = self.in_flight.pop_front().map(|batch| batch.writes).unwrap_or_default();
        (writes, fate(outcome))
    }

    /// Waits until the log has answered everything under way, so that none of it can be appended
    /// behind the back of a coordinator that reads the log next.
    pub(super) async fn drain(&mut self) {
        self.queue.clear();
        for batch in std::mem::take(&mut self.in_flight) {
            // Nobody waits for it any more; what it did is for the log to tell.
            let _ = batch.outcome.await;
        }
    }
}

fn size_bytes(record: &Record) -> usize {
    let value = record.value.as_ref().map_or(0, Bytes::len);
    RECORD_OVERHEAD_BYTES + record.key.len() + value
}

fn too_large() -> PartitionError {
    PartitionError::InvalidBatch("the records of one request exceed a batch".to_owned())
}

/// What an append's answer says about the records.
fn fate(outcome: Result<(), PartitionError>) -> Fate {
    use PartitionError as E;
    match outcome {
        Ok(()) => Fate::Known(Ok(())),
        Err(E::NotEnoughReplicas | E::Overloaded) => Fate::Known(Err(WriteError::NotAvailable)),
        Err(E::InvalidBatch(_)) => Fate::Known(Err(WriteError::TooLarge)),
        Err(error) => Fate::Unknown(error),
    }
}
