//! Compaction step by step: which records stay, what readers see, and what a segment takes again.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use headrace_env::sim::SimEnv;
use headrace_log::{
    Cleanable, Compaction, HardState, LogConfig, LogEntry, LogMeta, Removable, Store, StoreConfig,
};
use headrace_wire::batch::{raft_only, stamp, BatchHeader};
use headrace_wire::compression::Codec;
use headrace_wire::marker::Marker;
use headrace_wire::records::{read_all, recompress, BatchBuilder};

const GROUP: u64 = 7;
const RETENTION_MS: i64 = 1_000;

struct Log {
    sim: SimEnv,
    store: Store,
    next_index: u64,
    next_offset: i64,
}

fn open(sim: &SimEnv) -> Store {
    let (mut store, report) =
        Store::open(&sim.env, Path::new("/data"), 0, StoreConfig::default()).expect("opens");
    assert!(report.damaged.is_empty());
    let rules = Compaction {
        min_dirty_ppm: 1,
        min_lag_ms: 0,
        max_lag_ms: i64::MAX,
        delete_retention_ms: RETENTION_MS,
    };
    let config = LogConfig { compaction: Some(rules), retention_ms: -1, ..LogConfig::default() };
    store.create_group(GROUP, LogMeta::default(), config).expect("a group");
    store
}

impl Log {
    fn new() -> Log {
        let sim = SimEnv::new(1);
        let store = open(&sim);
        Log { sim, store, next_index: 1, next_offset: 0 }
    }

    fn append(&mut self, term: u64, batch: &[u8]) {
        let mut batch = batch.to_vec();
        stamp(&mut batch, self.next_offset, i32::try_from(term).expect("small"));
        let header = BatchHeader::parse(&batch).expect("sound");
        self.next_offset = header.next_offset();
        let entry = LogEntry { index: self.next_index, term, batch: Bytes::from(batch) };
        self.next_index += 1;
        let hard = HardState { term, ..HardState::default() };
        self.store.stage(GROUP, vec![entry], Some(hard)).expect("follows");
        self.round();
    }

    fn round(&mut self) {
        while let Some(round) = self.store.take_round().expect("sound") {
            round.write_and_sync().expect("no fault");
            self.store.round_done(round.seq()).expect("no fault");
        }
    }

    /// A batch of these keys and values.
    fn put(&mut self, records: &[(&str, Option<&str>)]) {
        self.append(1, &batch(BatchBuilder::new(), records));
    }

    /// Closes the segment: what is in it may be cleaned.
    fn close_segment(&mut self) {
        let old = |_| Removable { by_age: true, ..Removable::default() };
        self.store.maintain(i64::MAX / 2, &old).expect("no fault");
        self.round();
    }

    /// A whole pass, if one is due; returns its steps.
    fn clean(&mut self, now_ms: i64, aborted: &[i64]) -> usize {
        let aborted: Vec<i64> = aborted.to_vec();
        let cleanable = Cleanable {
            upto_index: self.next_index - 1,
            upto_offset: self.next_offset,
            is_aborted: Arc::new(move |header| aborted.contains(&header.base_offset)),
        };
        let mut next = self.store.take_clean(now_ms, &|_| Some(cleanable.clone()));
        let mut steps = 0;
        while let Some(mut job) = next {
            job.run();
            next = self.store.clean_done(job).expect("no fault");
            steps += 1;
        }
        steps
    }

    /// What a reader from the start finds: offset, key, value.
    fn read(&self) -> Vec<(i64, String, Option<String>)> {
        let log = self.store.log(GROUP).expect("there");
        let text = |bytes: Bytes| String::from_utf8(bytes.to_vec()).expect("text");
        let (mut found, mut offset) = (Vec::new(), log.start_offset());
        while offset < log.end_offset() {
            let slice = log.read(offset, 200, log.end_offset(), true).expect("there");
            assert!(slice.next_offset > offset, "a reader gets ahead");
            offset = slice.next_offset;
            for batch in slice.batches {
                for r in read_all(batch).expect("sound") {
                    let (key, value) = (r.key.map(text).unwrap_or_default(), r.value.map(text));
                    found.push((r.offset, key, value));
                }
            }
        }
        found
    }

    fn shown(&self) -> String {
        let show = |(offset, key, value): (i64, String, Option<String>)| {
            format!("{offset}:{key}={}", value.unwrap_or_else(|| "-".into()))
        };
        self.read().into_iter().map(show).collect::<Vec<_>>().join(" ")
    }

    /// Index, term and offsets of every entry.
    fn places(&self) -> Vec<(u64, u64, i64, i64)> {
        let log = self.store.log(GROUP).expect("there");
        let entries = log.entries(1, log.last_index() + 1, u64::MAX).expect("sound");
        let place = |entry: LogEntry| {
            let header = BatchHeader::parse(&entry.batch).expect("sound");
            assert_eq!(log.term_at(entry.index), Some(entry.term));
            assert_eq!(log.end_offset_at(entry.index), header.next_offset());
            (entry.index, entry.term, header.base_offset, header.next_offset())
        };
        entries.into_iter().map(place).collect()
    }
}

fn batch(mut builder: BatchBuilder, records: &[(&str, Option<&str>)]) -> Bytes {
    for (at, (key, value)) in (1_000..).zip(records) {
        let key = (!key.is_empty()).then_some(key.as_bytes());
        builder.push(at, key, value.map(str::as_bytes), &[]);
    }
    builder.build().expect("records")
}

#[test]
fn the_newest_record_of_each_key_stays_where_it_was() {
    let mut log = Log::new();
    log.put(&[("a", Some("1")), ("b", Some("1"))]);
    log.append(2, &raft_only(0, 0, 0, b"members"));
    log.put_in(2, &[("a", Some("2"))]);
    log.put_in(2, &[("a", Some("3")), ("c", Some("1")), ("a", Some("4"))]);
    log.close_segment();
    log.put_in(3, &[("b", Some("2"))]);
    let places = log.places();
    assert_eq!(log.clean(5_000, &[]), 1);
    assert_eq!(log.shown(), "1:b=1 4:c=1 5:a=4 6:b=2", "the open segment does not count");
    assert_eq!(log.places(), places);
    assert_eq!(log.clean(5_000, &[]), 0, "nothing is dirty");
    log.close_segment();
    assert_eq!(log.clean(5_000, &[]), 2);
    assert_eq!(log.shown(), "4:c=1 5:a=4 6:b=2");
    let random = log.sim.random.clone();
    drop(std::mem::replace(&mut log.store, open(&SimEnv::new(2))));
    log.sim.disk.crash(&*random);
    log.store = open(&log.sim);
    assert_eq!((log.shown().as_str(), log.places()), ("4:c=1 5:a=4 6:b=2", places));
}

#[test]
fn a_mark_of_deletion_stays_for_its_time() {
    let mut log = Log::new();
    log.put(&[("a", Some("1")), ("b", Some("1"))]);
    log.put(&[("a", None)]);
    log.close_segment();
    assert_eq!(log.clean(5_000, &[]), 1);
    assert_eq!(log.shown(), "1:b=1 2:a=-", "what came before it has gone");
    log.put(&[("b", Some("2"))]);
    log.close_segment();
    log.clean(5_000 + RETENTION_MS - 1, &[]);
    assert_eq!(log.shown(), "2:a=- 3:b=2");
    log.put(&[("c", Some("1"))]);
    log.close_segment();
    log.clean(5_000 + RETENTION_MS, &[]);
    assert_eq!(log.shown(), "3:b=2 4:c=1");
}

#[test]
fn aborted_records_go_and_stand_for_no_key() {
    let mut log = Log::new();
    log.put(&[("a", Some("1")), ("", Some("no key"))]);
    let transactional = || BatchBuilder::new().producer(5, 0, 0).transactional();
    log.append(1, &batch(transactional(), &[("a", Some("2"))]));
    let marker =
        |commit| Marker { producer_id: 5, producer_epoch: 0, commit, coordinator_epoch: 0 };
    log.append(1, &marker(false).batch(1_000));
    log.append(1, &batch(transactional(), &[("b", Some("1"))]));
    log.append(1, &marker(true).batch(1_000));
    log.close_segment();
    let places = log.places();
    assert_eq!(log.clean(5_000, &[2]), 1);
    let kept: Vec<_> = log.read().into_iter().filter(|r| r.1 == "a" || r.1 == "b").collect();
    let text = |text: &str| text.to_owned();
    assert_eq!(kept, [(0, text("a"), Some(text("1"))), (4, text("b"), Some(text("1")))]);
    assert_eq!(log.places(), places);
}

#[test]
fn compressed_batches_stay_compressed() {
    for codec in [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        let mut log = Log::new();
        let plain = batch(BatchBuilder::new(), &[("a", Some("1")), ("b", Some("2"))]);
        let header = BatchHeader::parse(&plain).expect("sound");
        log.append(1, &recompress(&header, &plain, codec.into(), 10_000).expect("small"));
        log.put(&[("a", Some("3"))]);
        log.close_segment();
        log.clean(5_000, &[]);
        assert_eq!(log.shown(), "1:b=2 2:a=3");
        let stored = log.store.log(GROUP).expect("there").entries(1, 2, 1).expect("sound");
        let header = BatchHeader::parse(&stored[0].batch).expect("sound");
        assert_eq!((header.compression(), header.record_count), (codec.id(), 1));
    }
}

/// A cut may make a cleaned segment the last one again. What is written then was never looked at,
/// so it must not share the segment's word that it was.
#[test]
fn a_cleaned_segment_takes_nothing_new() {
    let mut log = Log::new();
    log.put(&[("a", Some("1"))]);
    log.close_segment();
    log.put(&[("x", Some("1"))]);
    let committed = log.next_index - 1;
    let cleanable =
        Cleanable { upto_index: committed - 1, upto_offset: 1, is_aborted: Arc::new(|_| false) };
    let mut job = log.store.take_clean(5_000, &|_| Some(cleanable.clone())).expect("dirty");
    job.run();
    assert!(log.store.clean_done(job).expect("no fault").is_none());
    (log.next_index, log.next_offset) = (committed, 1);
    log.put_in(2, &[("a", None)]);
    log.close_segment();
    log.clean(5_000 + RETENTION_MS, &[]);
    assert_eq!(log.shown(), "1:a=-", "it is looked at now, and has all of its time before it");
}

#[test]
fn an_exchange_is_given_up_when_the_log_has_changed() {
    let mut log = Log::new();
    log.put(&[("a", Some("1"))]);
    log.put(&[("a", Some("2"))]);
    log.close_segment();
    let cleanable = Cleanable { upto_index: 2, upto_offset: 2, is_aborted: Arc::new(|_| false) };
    let mut job = log.store.take_clean(5_000, &|_| Some(cleanable.clone())).expect("dirty");
    job.run();
    let hard = HardState { term: 2, ..HardState::default() };
    log.store.reset_group(GROUP, Default::default(), hard).expect("resets");
    (log.next_index, log.next_offset) = (1, 0);
    log.put_in(2, &[("z", Some("9"))]);
    assert!(log.store.clean_done(job).expect("no fault").is_none());
    assert_eq!(log.shown(), "0:z=9");
}

impl Log {
    fn put_in(&mut self, term: u64, records: &[(&str, Option<&str>)]) {
        self.append(term, &batch(BatchBuilder::new(), records));
    }
}
