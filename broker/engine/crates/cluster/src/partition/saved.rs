//! A partition's producers and aborted transactions as bytes, for snapshots and the states file.

use std::collections::{BTreeMap, VecDeque};

use bytes::{BufMut, Bytes, BytesMut};

use super::aborted::AbortedTxn;
use super::producers::{Producer, Producers, Remembered, REMEMBERED};

/// The present format; 1 knew no transactions, 2 no deleted records.
const FORMAT: u8 = 3;
const WITHOUT_TRANSACTIONS: u8 = 1;
const WITH_DELETIONS: u8 = 3;
const ENTRY_BYTES: usize = 8 + 2 + 8 + 4 + 8 + 1;
const BATCH_BYTES: usize = 4 + 4 + 8 + 8;
const ABORTED_BYTES: usize = 4 * 8;
const NO_TRANSACTION: i64 = -1;

/// What is saved.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Saved {
    pub producers: Producers,
    pub aborted: Vec<AbortedTxn>,
    /// Records below are deleted.
    pub deleted_before: i64,
}

/// What [`decode`] reads.
pub(crate) fn encode(producers: &Producers, aborted: &[AbortedTxn], deleted_before: i64) -> Bytes {
    let by_id = producers.as_map();
    let capacity = 17 + by_id.len() * (ENTRY_BYTES + BATCH_BYTES) + aborted.len() * ABORTED_BYTES;
    let mut out = BytesMut::with_capacity(capacity);
    out.put_u8(FORMAT);
    out.put_u32(u32::try_from(by_id.len()).expect("producers fit into memory"));
    for (&id, producer) in by_id {
        out.put_i64(id);
        out.put_i16(producer.epoch);
        out.put_i64(producer.last_ms);
        out.put_i32(producer.coordinator_epoch);
        out.put_i64(producer.txn_start.unwrap_or(NO_TRANSACTION));
        out.put_u8(producer.batches.len() as u8);
        for batch in &producer.batches {
            out.put_i32(batch.first_sequence);
            out.put_i32(batch.last_sequence);
            out.put_i64(batch.base_offset);
            out.put_i64(batch.last_offset);
        }
    }
    out.put_u32(u32::try_from(aborted.len()).expect("transactions fit into memory"));
    for txn in aborted {
        out.put_i64(txn.producer_id);
        out.put_i64(txn.first_offset);
        out.put_i64(txn.last_offset);
        out.put_i64(txn.last_stable);
    }
    out.put_i64(deleted_before);
    out.freeze()
}

/// Reads what [`encode`] wrote, now or in an earlier version; `None` when it is not that.
pub(crate) fn decode(data: &[u8]) -> Option<Saved> {
    if data.is_empty() {
        return Some(Saved::default());
    }
    let mut input = Input(data);
    let [format] = input.take()?;
    if !(WITHOUT_TRANSACTIONS..=FORMAT).contains(&format) {
        return None;
    }
    let count = u32::from_be_bytes(input.take()?);
    let mut by_id = BTreeMap::new();
    for _ in 0..count {
        let id = input.i64()?;
        by_id.insert(id, input.producer(format)?);
    }
    let mut aborted = Vec::new();
    if format > WITHOUT_TRANSACTIONS {
        for _ in 0..u32::from_be_bytes(input.take()?) {
            aborted.push(AbortedTxn {
                producer_id: input.i64()?,
                first_offset: input.i64()?,
                last_offset: input.i64()?,
                last_stable: input.i64()?,
            });
        }
    }
    let deleted_before = if format >= WITH_DELETIONS { input.i64()? } else { 0 };
    let producers = Producers::from_map(by_id);
    input.0.is_empty().then_some(Saved { producers, aborted, deleted_before })
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_at_checked(N)?;
        self.0 = rest;
        head.try_into().ok()
    }

    fn i64(&mut self) -> Option<i64> {
        self.take().map(i64::from_be_bytes)
    }

    fn i32(&mut self) -> Option<i32> {
        self.take().map(i32::from_be_bytes)
    }

    fn producer(&mut self, format: u8) -> Option<Producer> {
        let epoch = i16::from_be_bytes(self.take()?);
        let last_ms = self.i64()?;
        let (coordinator_epoch, txn_start) = match format {
            WITHOUT_TRANSACTIONS => (-1, NO_TRANSACTION),
            _ => (self.i32()?, self.i64()?),
        };
        let [count] = self.take()?;
        if usize::from(count) > REMEMBERED {
            return None;
        }
        let mut batches = VecDeque::with_capacity(REMEMBERED);
        for _ in 0..count {
            batches.push_back(Remembered {
                first_sequence: self.i32()?,
                last_sequence: self.i32()?,
                base_offset: self.i64()?,
                last_offset: self.i64()?,
            });
        }
        let txn_start = Some(txn_start).filter(|&offset| offset != NO_TRANSACTION);
        Some(Producer { epoch, last_ms, batches, coordinator_epoch, txn_start })
    }
}

#[cfg(test)]
mod tests {
    use headrace_wire::batch::BatchHeader;
    use headrace_wire::records::BatchBuilder;

    use super::*;

    fn some() -> (Producers, Vec<AbortedTxn>) {
        let mut producers = Producers::default();
        for n in 0..9 {
            let mut builder = BatchBuilder::new().producer(i64::from(n % 4), 1, n);
            if n % 2 == 0 {
                builder = builder.transactional();
            }
            builder.push(0, None, Some(b"v"), &[]);
            let batch = builder.build().expect("a record");
            let header = BatchHeader::parse(&batch).expect("sound");
            let header = BatchHeader { base_offset: i64::from(n), ..header };
            producers.take(&header, &batch, 5).expect("no control batch");
        }
        let aborted =
            AbortedTxn { producer_id: 1, first_offset: 2, last_offset: 3, last_stable: 4 };
        (producers, vec![aborted; 3])
    }

    #[test]
    fn they_survive_a_snapshot_and_damage_is_noticed() {
        let (producers, aborted) = some();
        assert_eq!(producers.first_unstable(), Some(0));
        let bytes = encode(&producers, &aborted, 3);
        assert_eq!(decode(&bytes), Some(Saved { producers, aborted, deleted_before: 3 }));
        for len in 1..bytes.len() {
            assert_eq!(decode(&bytes[..len]), None);
        }
        assert_eq!(decode(&[4, 0, 0, 0, 0]), None);
    }

    #[test]
    fn the_format_without_transactions_is_still_read() {
        let mut old = BytesMut::new();
        old.put_u8(1);
        old.put_u32(1);
        old.put_i64(77);
        old.put_i16(3);
        old.put_i64(1_000);
        old.put_u8(1);
        old.put_i32(0);
        old.put_i32(4);
        old.put_i64(20);
        old.put_i64(24);
        let Saved { producers, aborted, deleted_before } = decode(&old).expect("format 1");
        assert_eq!(deleted_before, 0);
        let infos = producers.list();
        assert_eq!((infos[0].producer_id, infos[0].epoch, infos[0].last_sequence), (77, 3, 4));
        assert_eq!((infos[0].coordinator_epoch, infos[0].txn_start_offset), (-1, None));
        assert!(aborted.is_empty() && producers.first_unstable().is_none());
    }
}
