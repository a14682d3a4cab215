//! Batches built here are read back as they were, whole or in a row.

use bytes::{Bytes, BytesMut};
use headrace_wire::batch::{BatchHeader, HEADER_BYTES};
use headrace_wire::records::{batches, read_all, BatchBuilder, BuildError, RecordIter};
use headrace_wire::Records;
use proptest::prelude::*;

type Entry = (i64, Option<Vec<u8>>, Option<Vec<u8>>, Vec<(String, Option<Vec<u8>>)>);

fn data() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop::option::of(prop::collection::vec(any::<u8>(), 0..40))
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let headers = prop::collection::vec((".{0,6}", data()), 0..3);
    prop::collection::vec((0..1i64 << 42, data(), data(), headers), 1..12)
}

fn build(entries: &[Entry]) -> Bytes {
    let mut builder = BatchBuilder::new();
    for (timestamp_ms, key, value, headers) in entries {
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_deref())).collect();
        builder.push(*timestamp_ms, key.as_deref(), value.as_deref(), &headers);
    }
    let size = builder.size_bytes();
    let batch = builder.build().expect("at least one record");
    assert_eq!(batch.len(), size);
    batch
}

proptest! {
    #[test]
    fn records_come_back(entries in entries()) {
        let batch = build(&entries);
        let header = BatchHeader::parse(&batch).expect("sound");
        header.verify_crc(&batch).expect("sealed");
        prop_assert_eq!(header.last_offset() + 1, entries.len() as i64);
        prop_assert_eq!(header.base_timestamp_ms, entries[0].0);
        prop_assert_eq!(Some(header.max_timestamp_ms), entries.iter().map(|entry| entry.0).max());
        let records = read_all(batch).expect("sound");
        prop_assert_eq!(records.len(), entries.len());
        for (at, (record, (time, key, value, headers))) in records.iter().zip(&entries).enumerate()
        {
            prop_assert_eq!((record.offset, record.timestamp_ms), (at as i64, *time));
            prop_assert_eq!(record.key.as_deref(), key.as_deref());
            prop_assert_eq!(record.value.as_deref(), value.as_deref());
            prop_assert_eq!(record.headers.len(), headers.len());
            for (found, (name, value)) in record.headers.iter().zip(headers) {
                prop_assert_eq!(&found.key[..], name.as_bytes());
                prop_assert_eq!(found.value.as_deref(), value.as_deref());
            }
        }
    }

    #[test]
    fn a_cut_batch_is_noticed(entries in entries(), cut in any::<prop::sample::Index>()) {
        let batch = build(&entries);
        let short = batch.slice(..cut.index(batch.len()));
        prop_assert!(short.is_empty() || read_all(short).is_err());
    }

    #[test]
    fn a_row_of_batches_is_cut_at_its_seams(rows in prop::collection::vec(entries(), 1..4)) {
        let parts: Vec<Bytes> = rows.iter().map(|entries| build(entries)).collect();
        let whole = parts.iter().fold(BytesMut::new(), |mut whole, part| {
            whole.extend_from_slice(part);
            whole
        });
        let found: Result<Vec<_>, _> = batches(whole.freeze()).collect();
        let found: Vec<_> = found.expect("sound").into_iter().map(|(_, batch)| batch).collect();
        prop_assert_eq!(found, parts);
    }
}

#[test]
fn compaction_leaves_gaps() {
    let mut builder = BatchBuilder::new();
    builder.push_at(3, 10, None, Some(b"a"), &[]).push_at(7, 11, None, Some(b"b"), &[]);
    let records = read_all(builder.build().expect("two records")).expect("sound");
    assert_eq!(records.iter().map(|record| record.offset).collect::<Vec<_>>(), [3, 7]);
}

#[test]
fn a_batch_that_cannot_be_is_not_built() {
    assert_eq!(BatchBuilder::new().build(), Err(BuildError::Empty));
    let mut builder = BatchBuilder::new();
    builder.push_at(5, 0, None, None, &[]).push_at(5, 0, None, None, &[]);
    assert_eq!(builder.build(), Err(BuildError::Offset(5)));
}

#[test]
fn stamped_time_hides_the_records_own() {
    let mut batch = build(&[(5, None, Some(b"v".to_vec()), vec![])]).to_vec();
    headrace_wire::batch::stamp_append_time(&mut batch, 99);
    let records = read_all(Bytes::from(batch)).expect("sound");
    assert_eq!(records[0].timestamp_ms, 99);
}

#[test]
fn a_record_outside_its_batch_is_refused() {
    let mut batch = build(&[(5, None, None, vec![]), (6, None, None, vec![])]).to_vec();
    batch[23..27].copy_from_slice(&0i32.to_be_bytes());
    let batch = Bytes::from(batch);
    let header = BatchHeader::parse(&batch).expect("plausible");
    let results: Vec<_> = RecordIter::new(header, &batch).expect("readable").collect();
    assert!(results[0].is_ok() && results[1].is_err());
}

#[test]
fn records_are_equal_however_they_are_cut() {
    let batch = build(&[(5, None, Some(vec![1; 99]), vec![])]);
    let whole = Records::from(batch.clone());
    let cut = Records::from(vec![batch.slice(..HEADER_BYTES), batch.slice(HEADER_BYTES..)]);
    assert_eq!(whole, cut);
    assert_eq!((cut.len(), cut.chunks().len()), (batch.len(), 2));
    assert_eq!(cut.into_bytes(), batch);
    assert!(Records::empty().is_empty() && Records::from(Bytes::new()).is_empty());
}
