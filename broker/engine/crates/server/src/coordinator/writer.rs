//! Appends of one coordinator: batched, in order, a few under way at a time.

use std::collections::VecDeque;
use std::future::pending;

use bytes::Bytes;
use headrace_cluster::{PartitionError, ProducerRules};
use headrace_wire::batch::HEADER_BYTES;
use headrace_wire::records::BatchBuilder;
use headrace_wire::ErrorCode;

use super::log::{Outcome, TopicLog};
use super::machine::{Entry, KeyValue, Refused, WriteId};

/// Batches under way. Few: whatever comes meanwhile shares the next batch.
const MAX_IN_FLIGHT: usize = 4;
/// More than a record adds to its key and value (lengths and deltas as varints).
const RECORD_OVERHEAD_BYTES: usize = 40;

/// How writes ended.
pub(super) enum Fate {
    /// As the log says.
    Known(Result<(), Refused>),
    /// The records may or may not be, or come to be, in the log: only reading it again tells.
    Unknown(PartitionError),
}

/// A batch and the rules for its producer.
type Sealed = (Bytes, ProducerRules);

struct Batch {
    writes: Vec<WriteId>,
    outcome: Outcome,
}

/// Writes that wait and writes under way.
pub(super) struct Writer {
    queue: VecDeque<(WriteId, Entry)>,
    in_flight: VecDeque<Batch>,
    max_batch_bytes: usize,
}

impl Writer {
    pub(super) fn new(max_batch_bytes: usize) -> Self {
        Writer { queue: VecDeque::new(), in_flight: VecDeque::new(), max_batch_bytes }
    }

    pub(super) fn push(&mut self, write: WriteId, entry: Entry) {
        self.queue.push_back((write, entry));
    }

    /// Hands waiting writes to the log, as many as may be under way.
    pub(super) fn flush<L: TopicLog>(&mut self, log: &L, now_ms: i64) {
        while self.in_flight.len() < MAX_IN_FLIGHT {
            let Some((writes, batch)) = self.next_batch(now_ms) else { return };
            let outcome: Outcome = match batch {
                Some((batch, rules)) => log.append(batch, rules),
                None => Box::pin(async { Err(too_large()) }),
            };
            self.in_flight.push_back(Batch { writes, outcome });
        }
    }

    /// The next writes that fit one batch; no batch when the first alone is too large. What
    /// belongs to a transaction has a batch of its own.
    fn next_batch(&mut self, now_ms: i64) -> Option<(Vec<WriteId>, Option<Sealed>)> {
        let (write, first) = self.queue.pop_front()?;
        let mut writes = vec![write];
        let (records, builder, verified) = match first {
            Entry::Marker { marker, second_protocol } => {
                let rules = ProducerRules { second_protocol, verified: None };
                return Some((writes, Some((marker.batch(now_ms), rules))));
            }
            Entry::Transactional { producer_id, producer_epoch, verified, records } => {
                let builder = BatchBuilder::new().producer(producer_id, producer_epoch, -1);
                (records, builder.transactional(), Some(verified))
            }
            Entry::Records(records) => (records, BatchBuilder::new(), None),
        };
        let mut builder = builder;
        let mut bytes = HEADER_BYTES + size_bytes(&records);
        if bytes > self.max_batch_bytes {
            return Some((writes, None));
        }
        put(&mut builder, now_ms, &records);
        while let (None, Some((write, Entry::Records(records)))) = (verified, self.queue.front()) {
            bytes += size_bytes(records);
            if bytes > self.max_batch_bytes {
                break;
            }
            put(&mut builder, now_ms, records);
            writes.push(*write);
            self.queue.pop_front();
        }
        let rules = ProducerRules { second_protocol: false, verified: verified.flatten() };
        // Sizes were checked and offsets rise, so there is nothing to fail but a bug of ours.
        let batch = builder.build().inspect_err(|error| tracing::error!(%error, "no batch"));
        Some((writes, batch.ok().map(|batch| (batch, rules))))
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

fn put(builder: &mut BatchBuilder, now_ms: i64, records: &[KeyValue]) {
    for (key, value) in records {
        builder.push(now_ms, Some(key), value.as_deref(), &[]);
    }
}

fn size_bytes(records: &[KeyValue]) -> usize {
    let size = |(key, value): &KeyValue| {
        RECORD_OVERHEAD_BYTES + key.len() + value.as_ref().map_or(0, Bytes::len)
    };
    records.iter().map(size).sum()
}

fn too_large() -> PartitionError {
    PartitionError::InvalidBatch("the records of one request exceed a batch".to_owned())
}

/// What an append's answer says about the records.
fn fate(outcome: Result<(), PartitionError>) -> Fate {
    use PartitionError as E;
    match outcome {
        Ok(()) => Fate::Known(Ok(())),
        Err(E::NotEnoughReplicas | E::Overloaded | E::Unverified { .. }) => {
            Fate::Known(Err(Refused::NotAvailable))
        }
        Err(E::InvalidBatch(_)) => Fate::Known(Err(Refused::TooLarge)),
        Err(E::InvalidProducerEpoch) => {
            Fate::Known(Err(Refused::Producer(ErrorCode::InvalidProducerEpoch)))
        }
        Err(E::CoordinatorFenced) => {
            Fate::Known(Err(Refused::Producer(ErrorCode::TransactionCoordinatorFenced)))
        }
        Err(error) => Fate::Unknown(error),
    }
}
