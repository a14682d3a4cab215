//! What a partition remembers of idempotent and transactional producers (KIP-98).
//!
//! For each producer id: its epoch, its last five batches, and where its open transaction began.
//! A batch that matches one of the five is a duplicate and is answered as the first time; the next
//! batch must continue the sequence. Sequence numbers wrap from `i32::MAX` to 0. A producer that
//! the partition does not know (its records are gone, or it is idle for longer than it is
//! remembered) may start anywhere, as in Apache Kafka.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use headrace_wire::batch::BatchHeader;
use headrace_wire::marker::Marker;
use headrace_wire::DecodeError;

use super::aborted::AbortedTxn;

/// Batches that are remembered of a producer: as many as it may have under way.
pub(super) const REMEMBERED: usize = 5;
/// No coordinator has ended a transaction here yet.
const NO_COORDINATOR: i32 = -1;

/// A remembered batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remembered {
    pub first_sequence: i32,
    pub last_sequence: i32,
    pub base_offset: i64,
    pub last_offset: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Producer {
    pub epoch: i16,
    pub last_ms: i64,
    pub batches: VecDeque<Remembered>,
    /// Of the last marker.
    pub coordinator_epoch: i32,
    /// The first offset of the open transaction.
    pub txn_start: Option<i64>,
}

/// A producer, for display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerInfo {
    /// Its id.
    pub producer_id: i64,
    /// Its epoch.
    pub epoch: i16,
    /// The last sequence number, -1 if none is known.
    pub last_sequence: i32,
    /// When this replica took in its last batch, Unix ms.
    pub last_timestamp_ms: i64,
    /// The epoch of the coordinator that ended its last transaction here, -1 if none did.
    pub coordinator_epoch: i32,
    /// The first offset of its open transaction.
    pub txn_start_offset: Option<i64>,
}

/// What a batch is to the partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    New,
    Duplicate(Remembered),
    OutOfOrder,
    StaleEpoch,
    /// A record outside of the producer's open transaction.
    NotInTransaction,
    /// The transaction that the marker ends is over already.
    Done,
    /// The marker is of a coordinator that was replaced.
    CoordinatorFenced,
}

/// A transaction that a marker has ended; `transaction` counts as aborted unless `commit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub commit: bool,
    pub transaction: AbortedTxn,
}

/// A partition's producers as of one entry of its log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Producers {
    by_id: BTreeMap<i64, Producer>,
    /// First offset to producer of every open transaction.
    open: BTreeMap<i64, i64>,
}

fn follows(last: i32, next: i32) -> bool {
    next == headrace_wire::batch::advance_sequence(last, 1)
}

impl Producers {
    pub(super) fn from_map(by_id: BTreeMap<i64, Producer>) -> Producers {
        let open = by_id.iter().filter_map(|(&id, p)| Some((p.txn_start?, id))).collect();
        Producers { by_id, open }
    }

    pub(super) fn as_map(&self) -> &BTreeMap<i64, Producer> {
        &self.by_id
    }

    /// What to do with a batch of an idempotent producer. `second_protocol`: its transactions all
    /// begin with sequence 0 (KIP-890).
    pub fn check(&self, header: &BatchHeader, second_protocol: bool) -> Verdict {
        let (first, last) = (header.base_sequence, header.last_sequence());
        let Some(producer) = self.by_id.get(&header.producer_id) else {
            return if second_protocol && first > 0 { Verdict::OutOfOrder } else { Verdict::New };
        };
        if header.producer_epoch < producer.epoch {
            return Verdict::StaleEpoch;
        }
        if first < 0 {
            // A coordinator's batch: its order is the coordinator's to keep.
            return Verdict::New;
        }
        if header.producer_epoch > producer.epoch {
            return if first == 0 { Verdict::New } else { Verdict::OutOfOrder };
        }
        let same = |b: &&Remembered| b.first_sequence == first && b.last_sequence == last;
        if let Some(batch) = producer.batches.iter().find(same) {
            return Verdict::Duplicate(*batch);
        }
        if producer.txn_start.is_some() && !header.is_transactional() {
            return Verdict::NotInTransaction;
        }
        let expected = match producer.batches.back() {
            Some(batch) => follows(batch.last_sequence, first),
            // A marker brought the epoch: nothing of it was written yet.
            None => first == 0,
        };
        if expected {
            Verdict::New
        } else {
            Verdict::OutOfOrder
        }
    }

    /// What to do with a marker. `second_protocol`: its epoch lies above that of the transaction,
    /// so one that comes late never ends the producer's next transaction (KIP-890).
    pub fn check_marker(&self, marker: &Marker, second_protocol: bool) -> Verdict {
        let Some(producer) = self.by_id.get(&marker.producer_id) else { return Verdict::New };
        if marker.producer_epoch < producer.epoch {
            return Verdict::StaleEpoch;
        }
        if marker.coordinator_epoch < producer.coordinator_epoch {
            return Verdict::CoordinatorFenced;
        }
        match (marker.producer_epoch == producer.epoch, producer.txn_start) {
            (true, None) => Verdict::Done,
            (true, Some(_)) if second_protocol => Verdict::StaleEpoch,
            _ => Verdict::New,
        }
    }

    /// Takes in an appended batch of any kind, whose base offset is in its header. `now_ms` counts
    /// for how long its producer is remembered: the batch's own time may be anything.
    ///
    /// # Errors
    /// When a control batch is no marker.
    pub fn take(
        &mut self,
        header: &BatchHeader,
        batch: &Bytes,
        now_ms: i64,
    ) -> Result<Option<Ended>, DecodeError> {
        if header.producer_id < 0 || header.takes_no_offset() {
            return Ok(None);
        }
        if header.is_control() {
            let marker = Marker::parse(header, batch)?;
            return Ok(self.end(&marker, header.base_offset, now_ms));
        }
        self.record(header, now_ms);
        Ok(None)
    }

    fn record(&mut self, header: &BatchHeader, now_ms: i64) {
        let producer = self.producer(header.producer_id, header.producer_epoch, now_ms);
        if header.is_transactional() && producer.txn_start.is_none() {
            producer.txn_start = Some(header.base_offset);
            self.open.insert(header.base_offset, header.producer_id);
        }
        if header.base_sequence < 0 {
            return;
        }
        let producer = self.producer(header.producer_id, header.producer_epoch, now_ms);
        if producer.batches.len() == REMEMBERED {
            producer.batches.pop_front();
        }
        producer.batches.push_back(Remembered {
            first_sequence: header.base_sequence,
            last_sequence: header.last_sequence(),
            base_offset: header.base_offset,
            last_offset: header.last_offset(),
        });
    }

    /// The producer in this epoch, made or moved on if need be.
    fn producer(&mut self, id: i64, epoch: i16, now_ms: i64) -> &mut Producer {
        let producer = self.by_id.entry(id).or_insert_with(|| Producer {
            epoch,
            last_ms: now_ms,
            batches: VecDeque::with_capacity(REMEMBERED),
            coordinator_epoch: NO_COORDINATOR,
            txn_start: None,
        });
        if producer.epoch != epoch {
            producer.epoch = epoch;
            producer.batches.clear();
        }
        producer.last_ms = now_ms;
        producer
    }

    /// A marker lies at `offset`; returns the transaction that it ends.
    fn end(&mut self, marker: &Marker, offset: i64, now_ms: i64) -> Option<Ended> {
        let producer = self.producer(marker.producer_id, marker.producer_epoch, now_ms);
        producer.coordinator_epoch = marker.coordinator_epoch;
        let first_offset = producer.txn_start.take()?;
        self.open.remove(&first_offset);
        let transaction = AbortedTxn {
            producer_id: marker.producer_id,
            first_offset,
            last_offset: offset,
            last_stable: self.first_unstable().unwrap_or(offset + 1),
        };
        Some(Ended { commit: marker.commit, transaction })
    }

    /// The first offset of the oldest open transaction.
    pub fn first_unstable(&self) -> Option<i64> {
        self.open.first_key_value().map(|(&offset, _)| offset)
    }

    /// Whether the producer has a transaction open here, in this epoch.
    pub fn in_transaction(&self, id: i64, epoch: i16) -> bool {
        self.by_id.get(&id).is_some_and(|p| p.txn_start.is_some() && p.epoch == epoch)
    }

    /// Forgets producers that were silent since before `before_ms` and have no open transaction.
    pub fn expire(&mut self, before_ms: i64) {
        self.by_id.retain(|_, p| p.last_ms >= before_ms || p.txn_start.is_some());
    }

    /// All of them.
    pub fn list(&self) -> Vec<ProducerInfo> {
        let info = |(&producer_id, producer): (&i64, &Producer)| ProducerInfo {
            producer_id,
            epoch: producer.epoch,
            last_sequence: producer.batches.back().map_or(-1, |b| b.last_sequence),
            last_timestamp_ms: producer.last_ms,
            coordinator_epoch: producer.coordinator_epoch,
            txn_start_offset: producer.txn_start,
        };
        self.by_id.iter().map(info).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(id: i64, epoch: i16, sequence: i32, records: i32, offset: i64) -> BatchHeader {
        BatchHeader {
            base_offset: offset,
            size_bytes: 100,
            leader_epoch: 1,
            crc: 0,
            attributes: 0,
            last_offset_delta: records - 1,
            base_timestamp_ms: offset,
            max_timestamp_ms: offset,
            producer_id: id,
            producer_epoch: epoch,
            base_sequence: sequence,
            record_count: records,
        }
    }

    #[test]
    fn the_last_five_batches_are_known_again() {
        let mut producers = Producers::default();
        for n in 0..7 {
            let header = batch(1, 0, n * 10, 10, i64::from(n) * 10);
            assert_eq!(producers.check(&header, false), Verdict::New, "batch {n}");
            producers.record(&header, 0);
        }
        for n in 0..7 {
            let verdict = producers.check(&batch(1, 0, n * 10, 10, 0), false);
            match verdict {
                Verdict::Duplicate(found) => assert_eq!(found.base_offset, i64::from(n) * 10),
                other => assert!(n < 2 && other == Verdict::OutOfOrder, "batch {n}: {other:?}"),
            }
        }
    }

    #[test]
    fn gaps_and_old_epochs_are_refused_and_a_new_epoch_starts_at_zero() {
        let mut producers = Producers::default();
        producers.record(&batch(1, 3, 0, 5, 0), 0);
        assert_eq!(producers.check(&batch(1, 3, 6, 1, 0), false), Verdict::OutOfOrder);
        assert_eq!(producers.check(&batch(1, 2, 5, 1, 0), false), Verdict::StaleEpoch);
        assert_eq!(producers.check(&batch(1, 4, 5, 1, 0), false), Verdict::OutOfOrder);
        assert_eq!(producers.check(&batch(1, 4, 0, 1, 0), false), Verdict::New);
        producers.record(&batch(1, 4, 0, 1, 5), 0);
        assert_eq!(producers.check(&batch(1, 3, 5, 1, 0), false), Verdict::StaleEpoch);
        assert_eq!(producers.check(&batch(1, 4, 1, 1, 0), false), Verdict::New);
    }

    #[test]
    fn sequences_wrap() {
        let mut producers = Producers::default();
        producers.record(&batch(1, 0, i32::MAX - 1, 2, 0), 0);
        assert_eq!(producers.check(&batch(1, 0, 0, 3, 2), false), Verdict::New);
        producers.record(&batch(1, 0, 0, 3, 2), 0);
        assert_eq!(producers.check(&batch(1, 0, 3, 1, 5), false), Verdict::New);
        let across = batch(2, 0, i32::MAX, 2, 9);
        producers.record(&across, 0);
        assert_eq!(producers.check(&batch(2, 0, 1, 1, 0), false), Verdict::New);
        assert!(matches!(producers.check(&across, false), Verdict::Duplicate(_)));
    }

    #[test]
    fn unknown_producers_may_start_anywhere_and_idle_ones_are_forgotten() {
        let mut producers = Producers::default();
        assert_eq!(producers.check(&batch(9, 4, 77, 1, 0), false), Verdict::New);
        producers.record(&batch(9, 4, 77, 1, 0), 1000);
        producers.expire(1000);
        assert_eq!(producers.check(&batch(9, 4, 99, 1, 0), false), Verdict::OutOfOrder);
        producers.expire(1001);
        assert_eq!(producers.check(&batch(9, 4, 99, 1, 0), false), Verdict::New);
    }

    fn transactional(header: BatchHeader) -> BatchHeader {
        BatchHeader { attributes: 0x10, ..header }
    }

    fn marker(epoch: i16, commit: bool, coordinator_epoch: i32) -> Marker {
        Marker { producer_id: 1, producer_epoch: epoch, commit, coordinator_epoch }
    }

    #[test]
    fn a_transaction_is_open_from_its_first_batch_to_its_marker() {
        let mut producers = Producers::default();
        assert_eq!(producers.first_unstable(), None);
        producers.record(&transactional(batch(1, 0, 0, 2, 10)), 0);
        producers.record(&transactional(batch(2, 0, 0, 1, 12)), 0);
        producers.record(&transactional(batch(1, 0, 2, 1, 13)), 0);
        assert_eq!(producers.first_unstable(), Some(10));
        assert!(producers.in_transaction(1, 0) && !producers.in_transaction(1, 1));
        let plain = batch(1, 0, 3, 1, 14);
        assert_eq!(producers.check(&plain, false), Verdict::NotInTransaction);
        producers.expire(i64::MAX);
        assert_eq!(producers.list().len(), 2, "an open transaction is not forgotten");
        let ended = producers.end(&marker(0, false, 5), 14, 0).expect("was open");
        let expected =
            AbortedTxn { producer_id: 1, first_offset: 10, last_offset: 14, last_stable: 12 };
        assert_eq!(ended, Ended { commit: false, transaction: expected });
        assert_eq!(producers.first_unstable(), Some(12));
        assert_eq!(producers.end(&marker(0, true, 5), 15, 0), None, "nothing is open");
        assert_eq!(producers.check(&plain, false), Verdict::New);
    }

    #[test]
    fn markers_are_checked_by_epoch_and_coordinator() {
        let mut producers = Producers::default();
        assert_eq!(producers.check_marker(&marker(0, true, 1), false), Verdict::New, "unknown");
        producers.record(&transactional(batch(1, 3, 0, 1, 0)), 0);
        assert_eq!(producers.check_marker(&marker(2, true, 1), false), Verdict::StaleEpoch);
        assert_eq!(producers.check_marker(&marker(3, true, 1), false), Verdict::New);
        // an old marker that comes late must not end the next transaction
        assert_eq!(producers.check_marker(&marker(3, true, 1), true), Verdict::StaleEpoch);
        assert_eq!(producers.check_marker(&marker(4, true, 1), true), Verdict::New);
        producers.end(&marker(4, true, 7), 1, 0);
        assert_eq!(producers.check_marker(&marker(4, true, 7), true), Verdict::Done);
        assert_eq!(producers.check_marker(&marker(4, true, 6), true), Verdict::CoordinatorFenced);
        assert_eq!(producers.check_marker(&marker(5, false, 7), true), Verdict::New, "it fences");
    }

    #[test]
    fn a_bumped_epoch_starts_over() {
        let mut producers = Producers::default();
        producers.record(&transactional(batch(1, 0, 0, 5, 0)), 0);
        producers.end(&marker(1, true, 0), 5, 0);
        assert_eq!(producers.check(&batch(1, 0, 5, 1, 0), true), Verdict::StaleEpoch);
        assert_eq!(producers.check(&batch(1, 1, 5, 1, 0), true), Verdict::OutOfOrder);
        assert_eq!(producers.check(&batch(1, 1, 0, 1, 0), true), Verdict::New);
        assert_eq!(producers.check(&batch(9, 1, 5, 1, 0), true), Verdict::OutOfOrder, "unknown");
    }

    #[test]
    fn a_coordinator_s_batches_have_no_sequence() {
        let mut producers = Producers::default();
        for offset in 0..3 {
            let header = transactional(batch(1, 0, -1, 1, offset));
            assert_eq!(producers.check(&header, true), Verdict::New);
            producers.record(&header, 0);
        }
        assert_eq!(producers.first_unstable(), Some(0));
    }
}
