//! What a partition remembers of idempotent producers (KIP-98).
//!
//! For each producer id: its epoch and its last five batches. A batch that matches one of the five
//! is a duplicate and is answered as the first time; the next batch must continue the sequence.
//! Sequence numbers wrap from `i32::MAX` to 0. A producer that the partition does not know (its
//! records are gone, or it is idle for longer than it is remembered) may start anywhere, as in
//! Apache Kafka.

use std::collections::{BTreeMap, VecDeque};

use bytes::{BufMut, Bytes, BytesMut};
use headrace_wire::batch::BatchHeader;

/// Batches that are remembered of a producer: as many as it may have under way.
const REMEMBERED: usize = 5;
/// Kafka's default of `producer.id.expiration.ms`.
pub(crate) const EXPIRATION_MS: i64 = 24 * 60 * 60 * 1000;
const FORMAT: u8 = 1;
const ENTRY_BYTES: usize = 8 + 2 + 8 + 1;
const BATCH_BYTES: usize = 4 + 4 + 8 + 8;

/// A remembered batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remembered {
    pub first_sequence: i32,
    pub last_sequence: i32,
    pub base_offset: i64,
    pub last_offset: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Producer {
    epoch: i16,
    last_ms: i64,
    batches: VecDeque<Remembered>,
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
}

/// What a batch is to the partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    New,
    Duplicate(Remembered),
    OutOfOrder,
    StaleEpoch,
}

/// A partition's producers as of one entry of its log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Producers {
    by_id: BTreeMap<i64, Producer>,
}

fn follows(last: i32, next: i32) -> bool {
    next == headrace_wire::batch::advance_sequence(last, 1)
}

impl Producers {
    /// What to do with a batch of an idempotent producer.
    pub fn check(&self, header: &BatchHeader) -> Verdict {
        let Some(producer) = self.by_id.get(&header.producer_id) else { return Verdict::New };
        let (first, last) = (header.base_sequence, header.last_sequence());
        if header.producer_epoch < producer.epoch {
            return Verdict::StaleEpoch;
        }
        if header.producer_epoch > producer.epoch {
            return if first == 0 { Verdict::New } else { Verdict::OutOfOrder };
        }
        let same = |b: &&Remembered| b.first_sequence == first && b.last_sequence == last;
        if let Some(batch) = producer.batches.iter().find(same) {
            return Verdict::Duplicate(*batch);
        }
        match producer.batches.back() {
            Some(batch) if !follows(batch.last_sequence, first) => Verdict::OutOfOrder,
            _ => Verdict::New,
        }
    }

    /// Remembers an appended batch, whose base offset is in its header. `now_ms` counts for how
    /// long: the batch's own time may be anything.
    pub fn record(&mut self, header: &BatchHeader, now_ms: i64) {
        if header.producer_id < 0 || header.is_control() {
            return;
        }
        let producer = self.by_id.entry(header.producer_id).or_insert_with(|| Producer {
            epoch: header.producer_epoch,
            last_ms: now_ms,
            batches: VecDeque::with_capacity(REMEMBERED),
        });
        if producer.epoch != header.producer_epoch {
            producer.epoch = header.producer_epoch;
            producer.batches.clear();
        }
        producer.last_ms = now_ms;
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

    /// Forgets producers that were silent since before `before_ms`.
    pub fn expire(&mut self, before_ms: i64) {
        self.by_id.retain(|_, producer| producer.last_ms >= before_ms);
    }

    /// All of them.
    pub fn list(&self) -> Vec<ProducerInfo> {
        let info = |(&producer_id, producer): (&i64, &Producer)| ProducerInfo {
            producer_id,
            epoch: producer.epoch,
            last_sequence: producer.batches.back().map_or(-1, |b| b.last_sequence),
            last_timestamp_ms: producer.last_ms,
        };
        self.by_id.iter().map(info).collect()
    }

    /// As bytes, for a snapshot.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(5 + self.by_id.len() * (ENTRY_BYTES + BATCH_BYTES));
        out.put_u8(FORMAT);
        out.put_u32(u32::try_from(self.by_id.len()).expect("producers fit into memory"));
        for (&id, producer) in &self.by_id {
            out.put_i64(id);
            out.put_i16(producer.epoch);
            out.put_i64(producer.last_ms);
            out.put_u8(producer.batches.len() as u8);
            for batch in &producer.batches {
                out.put_i32(batch.first_sequence);
                out.put_i32(batch.last_sequence);
                out.put_i64(batch.base_offset);
                out.put_i64(batch.last_offset);
            }
        }
        out.freeze()
    }

    /// Reads what [`Producers::encode`] wrote; `None` when it is not that.
    pub fn decode(data: &[u8]) -> Option<Producers> {
        if data.is_empty() {
            return Some(Producers::default());
        }
        let mut input = Input(data);
        if input.take::<1>()? != [FORMAT] {
            return None;
        }
        let count = u32::from_be_bytes(input.take()?);
        let mut by_id = BTreeMap::new();
        for _ in 0..count {
            let id = i64::from_be_bytes(input.take()?);
            let epoch = i16::from_be_bytes(input.take()?);
            let last_ms = i64::from_be_bytes(input.take()?);
            let [batch_count] = input.take::<1>()?;
            if usize::from(batch_count) > REMEMBERED {
                return None;
            }
            let mut batches = VecDeque::with_capacity(REMEMBERED);
            for _ in 0..batch_count {
                batches.push_back(Remembered {
                    first_sequence: i32::from_be_bytes(input.take()?),
                    last_sequence: i32::from_be_bytes(input.take()?),
                    base_offset: i64::from_be_bytes(input.take()?),
                    last_offset: i64::from_be_bytes(input.take()?),
                });
            }
            by_id.insert(id, Producer { epoch, last_ms, batches });
        }
        input.0.is_empty().then_some(Producers { by_id })
    }
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_at_checked(N)?;
        self.0 = rest;
        head.try_into().ok()
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
            assert_eq!(producers.check(&header), Verdict::New, "batch {n}");
            producers.record(&header, 0);
        }
        for n in 0..7 {
            let verdict = producers.check(&batch(1, 0, n * 10, 10, 0));
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
        assert_eq!(producers.check(&batch(1, 3, 6, 1, 0)), Verdict::OutOfOrder);
        assert_eq!(producers.check(&batch(1, 2, 5, 1, 0)), Verdict::StaleEpoch);
        assert_eq!(producers.check(&batch(1, 4, 5, 1, 0)), Verdict::OutOfOrder);
        assert_eq!(producers.check(&batch(1, 4, 0, 1, 0)), Verdict::New);
        producers.record(&batch(1, 4, 0, 1, 5), 0);
        assert_eq!(producers.check(&batch(1, 3, 5, 1, 0)), Verdict::StaleEpoch);
        assert_eq!(producers.check(&batch(1, 4, 1, 1, 0)), Verdict::New);
    }

    #[test]
    fn sequences_wrap() {
        let mut producers = Producers::default();
        producers.record(&batch(1, 0, i32::MAX - 1, 2, 0), 0);
        assert_eq!(producers.check(&batch(1, 0, 0, 3, 2)), Verdict::New);
        producers.record(&batch(1, 0, 0, 3, 2), 0);
        assert_eq!(producers.check(&batch(1, 0, 3, 1, 5)), Verdict::New);
        let across = batch(2, 0, i32::MAX, 2, 9);
        producers.record(&across, 0);
        assert_eq!(producers.check(&batch(2, 0, 1, 1, 0)), Verdict::New);
        assert!(matches!(producers.check(&across), Verdict::Duplicate(_)));
    }

    #[test]
    fn unknown_producers_may_start_anywhere_and_idle_ones_are_forgotten() {
        let mut producers = Producers::default();
        assert_eq!(producers.check(&batch(9, 4, 77, 1, 0)), Verdict::New);
        producers.record(&batch(9, 4, 77, 1, 0), 1000);
        producers.expire(1000);
        assert_eq!(producers.check(&batch(9, 4, 99, 1, 0)), Verdict::OutOfOrder);
        producers.expire(1001);
        assert_eq!(producers.check(&batch(9, 4, 99, 1, 0)), Verdict::New);
    }

    #[test]
    fn they_survive_a_snapshot_and_damage_is_noticed() {
        let mut producers = Producers::default();
        for n in 0..9 {
            producers.record(&batch(n64(n) % 4, 1, n, 1, n64(n)), 0);
        }
        let bytes = producers.encode();
        assert_eq!(Producers::decode(&bytes), Some(producers));
        for len in 1..bytes.len() {
            assert_eq!(Producers::decode(&bytes[..len]), None);
        }
        assert_eq!(Producers::decode(&[2, 0, 0, 0, 0]), None);
    }

    fn n64(n: i32) -> i64 {
        i64::from(n)
    }
}
