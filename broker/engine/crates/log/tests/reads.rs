//! Reads by offset, index, time and epoch, from memory and disk, against what was written.

use std::path::Path;

use bytes::Bytes;
use headrace_env::sim::SimEnv;
use headrace_env::{Disk, OpenMode, DIRECT_BLOCK_BYTES};
use headrace_log::{
    HardState, LogConfig, LogEntry, LogMeta, LogStart, ReadError, Removable, Store, StoreConfig,
    StoreError,
};
use headrace_wire::batch::{raft_only, stamp, BatchHeader};
use headrace_wire::records::BatchBuilder;
use proptest::prelude::*;

const GROUP: u64 = 9;

fn data(offset: i64, term: u64, records: u32, timestamp_ms: i64) -> Bytes {
    let mut builder = BatchBuilder::new();
    for at in 0..records {
        builder.push(timestamp_ms + i64::from(at), None, Some(&[7; 50]), &[]);
    }
    let mut batch = builder.build().expect("small").to_vec();
    stamp(&mut batch, offset, i32::try_from(term).expect("small"));
    Bytes::from(batch)
}

struct Fixture {
    sim: SimEnv,
    store: Store,
    written: Vec<LogEntry>,
}

/// `plan`: for each entry its records (0: a Raft-only one), in terms of ten entries each, time
/// stamps 100 ms apart.
fn fixture(plan: &[u32], tail_cache_bytes: usize, segment_bytes: u64) -> Fixture {
    let sim = SimEnv::new(5);
    let config = StoreConfig { tail_cache_bytes, ..StoreConfig::default() };
    let (mut store, _) = Store::open(&sim.env, Path::new("/d"), 0, config).expect("opens");
    let log = LogConfig { segment_bytes, index_interval_bytes: 256, ..LogConfig::default() };
    store.create_group(GROUP, LogMeta::default(), log).expect("creates");
    let (mut written, mut offset) = (Vec::new(), 0);
    for (at, &records) in plan.iter().enumerate() {
        let (index, term) = (at as u64 + 1, at as u64 / 10 + 1);
        let epoch = i32::try_from(term).expect("small");
        let batch = match records {
            0 => Bytes::from(raft_only(offset, epoch, -1, b"x")),
            _ => data(offset, term, records, 100 * index as i64),
        };
        offset += i64::from(records);
        let entry = LogEntry { index, term, batch };
        written.push(entry.clone());
        store.stage(GROUP, vec![entry], None).expect("stages");
    }
    let round = store.take_round().expect("usable").expect("something");
    round.write_and_sync().expect("no fault");
    store.round_done(round.seq()).expect("no fault");
    Fixture { sim, store, written }
}

fn header(entry: &LogEntry) -> BatchHeader {
    BatchHeader::parse(&entry.batch).expect("ours")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_reader_sees_every_record_once_in_order(
        plan in prop::collection::vec(0u32..5, 1..80),
        tail in prop::sample::select(vec![0usize, 1_500, 1 << 20]),
        segment in prop::sample::select(vec![700u64, 3_000, 1 << 20]),
        max_bytes in 1usize..3_000,
    ) {
        let fixture = fixture(&plan, tail, segment);
        let log = fixture.store.log(GROUP).expect("there");
        let expected: Vec<u8> = fixture.written.iter().filter(|e| !header(e).takes_no_offset())
            .flat_map(|e| e.batch.to_vec()).collect();
        let (mut offset, mut seen, end) = (0, Vec::new(), log.end_offset());
        prop_assert_eq!(end, plan.iter().map(|&n| i64::from(n)).sum::<i64>());
        while offset < end {
            let slice = log.read(offset, max_bytes, end, true).expect("in range");
            prop_assert!(slice.next_offset > offset, "no progress at {}", offset);
            prop_assert_eq!(slice.size_bytes, slice.batches.iter().map(Bytes::len).sum::<usize>());
            seen.extend(slice.batches.iter().flat_map(|b| b.to_vec()));
            offset = slice.next_offset;
        }
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn indices_offsets_and_epochs_agree(
        plan in prop::collection::vec(0u32..4, 1..60),
        tail in prop::sample::select(vec![0usize, 1 << 20]),
    ) {
        let fixture = fixture(&plan, tail, 900);
        let log = fixture.store.log(GROUP).expect("there");
        for entry in &fixture.written {
            let h = header(entry);
            prop_assert_eq!(log.term_at(entry.index), Some(entry.term));
            prop_assert_eq!(log.end_offset_at(entry.index), h.next_offset());
            if !h.takes_no_offset() {
                prop_assert_eq!(log.index_of_offset(h.last_offset()), Some(entry.index));
                let hit = log.offset_for_timestamp(h.max_timestamp_ms, 0, log.end_offset());
                let hit = hit.expect("sound").expect("there is one");
                prop_assert_eq!(hit.timestamp_ms, h.max_timestamp_ms);
                prop_assert_eq!((hit.offset, hit.epoch), (h.last_offset(), h.leader_epoch));
                prop_assert_eq!(log.epoch_at(h.base_offset), h.leader_epoch);
                prop_assert_eq!(log.epoch_at(h.last_offset()), h.leader_epoch);
            }
        }
        let last_term = fixture.written.last().expect("some").term;
        for term in 1..=last_term {
            let of_term = fixture.written.iter().filter(|e| e.term == term);
            let end = of_term.map(|e| header(e).next_offset()).max().expect("some");
            let epoch = i32::try_from(term).expect("small");
            prop_assert_eq!(log.epoch_end_offset(epoch), (epoch, end));
        }
        prop_assert_eq!(log.epoch_end_offset(1_000), (-1, -1));
        let all = log.entries(1, u64::MAX, u64::MAX).expect("sound");
        prop_assert_eq!(&all, &fixture.written);
    }
}

#[test]
fn offsets_outside_are_refused_and_the_end_is_empty() {
    let mut fixture = fixture(&[2; 30], 0, 700);
    let log = fixture.store.log(GROUP).expect("there");
    assert!(log.read(60, 100, 60, true).expect("the end").batches.is_empty());
    assert!(matches!(log.read(61, 100, 60, true), Err(ReadError::OutOfRange { .. })));
    let start = LogStart { index: 10, term: 1, offset: 20, app: Bytes::from_static(b"s") };
    fixture.store.truncate_prefix(GROUP, start.clone()).expect("inside");
    let log = fixture.store.log(GROUP).expect("there");
    assert_eq!((log.first_index(), log.start_offset(), log.start()), (11, 20, start));
    let refused = log.read(19, 100, 60, true);
    assert!(matches!(refused, Err(ReadError::OutOfRange { start: 20, end: 60 })));
    assert!(matches!(log.entries(10, 12, 100), Err(StoreError::Compacted(GROUP))));
    assert_eq!(log.read(21, 1, 60, true).expect("inside").next_offset, 22);
}

#[test]
fn an_epoch_without_records_is_no_record_s() {
    let mut fixture = fixture(&[&[2; 10][..], &[0; 2]].concat(), 0, 700);
    let log = fixture.store.log(GROUP).expect("there");
    assert_eq!((log.end_offset(), log.epoch_at(0), log.epoch_at(20)), (20, 1, 1));
    let start = LogStart { index: 10, term: 1, offset: 20, app: Bytes::new() };
    fixture.store.truncate_prefix(GROUP, start).expect("inside");
    assert_eq!(fixture.store.log(GROUP).expect("there").epoch_at(20), 1, "of the last that went");
    let empty = self::fixture(&[0; 3], 0, 700);
    assert_eq!(empty.store.log(GROUP).expect("there").epoch_at(0), -1);
}

#[test]
fn nothing_beyond_the_limit_is_served() {
    let fixture = fixture(&[3; 10], 1 << 20, 1 << 20);
    let log = fixture.store.log(GROUP).expect("there");
    let slice = log.read(0, 1 << 20, 8, true).expect("in range");
    assert_eq!(slice.next_offset, 6, "a batch that reaches beyond the limit stays hidden");
    assert_eq!(log.offset_for_timestamp(0, 0, 0).expect("sound"), None);
    let most = log.max_timestamp(0, 8).expect("sound").expect("some");
    assert_eq!((most.offset, most.timestamp_ms), (8, 302));
}

fn upto(upto_index: u64) -> Removable {
    Removable { upto_index, ..Removable::default() }
}

#[test]
fn deleted_records_go_by_whole_segments() {
    let mut fixture = fixture(&[1; 60], 1 << 20, 1_000);
    let bounds = Removable { upto_index: 40, deleted_before: 30, by_age: false };
    fixture.store.maintain(0, &|_| bounds).expect("usable");
    let log = fixture.store.log(GROUP).expect("there");
    assert!((20..=30).contains(&log.start_offset()), "{}", log.start_offset());
    let all = Removable { upto_index: 60, deleted_before: log.end_offset(), by_age: false };
    fixture.store.maintain(0, &|_| all).expect("usable");
    let log = fixture.store.log(GROUP).expect("there");
    assert_eq!((log.start_offset(), log.end_offset(), log.last_index()), (60, 60, 60));
}

#[test]
fn a_record_that_arrives_too_old_stays_until_a_round_by_age() {
    let mut fixture = fixture(&[1; 60], 1 << 20, 1_000);
    let config = LogConfig { retention_ms: 604_800_000, ..LogConfig::default() };
    fixture.store.set_config(GROUP, config);
    let segments = |store: &Store| {
        let log = store.log(GROUP).expect("there");
        (log.first_index(), log.last_index())
    };
    let before = segments(&fixture.store);
    let now_ms = 1_796_000_000_000;
    fixture.store.maintain(now_ms, &|_| upto(60)).expect("usable");
    assert_eq!(segments(&fixture.store), before, "nothing went");
    let by_age = Removable { by_age: true, ..upto(60) };
    fixture.store.maintain(now_ms, &|_| by_age).expect("usable");
    assert_eq!(segments(&fixture.store), (61, 60), "all of it, the active segment too");
}

#[test]
fn a_producer_of_old_records_does_not_close_a_segment_in_every_round() {
    let mut fixture = fixture(&[1; 60], 1 << 20, 1 << 20);
    let config = LogConfig { retention_ms: -1, ..LogConfig::default() };
    fixture.store.set_config(GROUP, config);
    let folder = Path::new("/d/shard-0/groups/0000000000000009");
    let files = |fixture: &Fixture| fixture.sim.disk.list(folder).expect("there").len();
    let before = files(&fixture);
    let now_ms = 1_796_000_000_000;
    fixture.store.maintain(now_ms, &|_| upto(60)).expect("usable");
    assert_eq!(files(&fixture), before);
    let by_age = Removable { by_age: true, ..upto(60) };
    fixture.store.maintain(now_ms, &|_| by_age).expect("usable");
    assert!(files(&fixture) > before, "closed by segment.ms");
}

#[test]
fn retention_takes_whole_old_segments_and_nothing_uncommitted() {
    let mut fixture = fixture(&[1; 60], 1 << 20, 1_000);
    let config = LogConfig { retention_ms: 1_000, segment_bytes: 1_000, ..LogConfig::default() };
    fixture.store.set_config(GROUP, config);
    // At 4,500 ms everything before the time stamp 3,500 (index 35) is too old.
    fixture.store.maintain(4_500, &|_| upto(20)).expect("usable");
    let first = fixture.store.log(GROUP).expect("there").first_index();
    assert!((2..=21).contains(&first), "only committed entries go: {first}");
    fixture.store.maintain(4_500, &|_| upto(60)).expect("usable");
    let log = fixture.store.log(GROUP).expect("there");
    assert!((22..=36).contains(&log.first_index()), "{}", log.first_index());
    assert_eq!(log.last_index(), 60);
    let before = fixture.sim.disk.list(Path::new("/d/shard-0/groups/0000000000000009"));
    let round = fixture.store.take_round().expect("usable").expect("the new start");
    round.write_and_sync().expect("no fault");
    fixture.store.round_done(round.seq()).expect("no fault");
    let after = fixture.sim.disk.list(Path::new("/d/shard-0/groups/0000000000000009"));
    assert!(after.expect("there").len() < before.expect("there").len(), "files are gone");
}

#[test]
fn a_cut_or_flipped_segment_is_reported_and_other_groups_live() {
    for flip in [false, true] {
        let Fixture { sim, mut store, .. } = fixture(&[2; 40], 0, 1_000);
        store.create_group(10, LogMeta::default(), LogConfig::default()).expect("creates");
        let hard = HardState { term: 4, vote: 2, commit: 0 };
        let entry = LogEntry { index: 1, term: 4, batch: data(0, 4, 1, 5) };
        store.stage(10, vec![entry.clone()], Some(hard)).expect("stages");
        store.flush_and_close().expect("no fault");
        let dir = Path::new("/d/shard-0/groups/0000000000000009");
        let names = sim.disk.list(dir).expect("there");
        let name = names.iter().filter(|n| n.ends_with(".log")).nth(2).expect("segments");
        let file = sim.disk.open(&dir.join(name), OpenMode::ReadWrite).expect("there");
        let len = file.len().expect("open");
        if flip {
            // The side file would vouch for it: without one the bytes are read.
            file.write_all_at(&[0xff], len - 5).expect("open");
            let side = dir.join(name.replace(".log", ".idx"));
            sim.disk.remove_file(&side).expect("there");
        } else {
            file.set_len(len - 10).expect("open");
        }
        let (mut store, report) =
            Store::open(&sim.env, Path::new("/d"), 0, StoreConfig::default()).expect("opens");
        assert_eq!(report.damaged.len(), 1, "{report:?}");
        let (id, reason) = &report.damaged[0];
        assert_eq!(*id, GROUP);
        assert!(reason.contains(name.as_str()), "the reason names the file: {reason}");
        let other = store.log(10).expect("lives");
        assert_eq!(
            (other.entries(1, 2, 1).expect("sound"), other.hard_state()),
            (vec![entry], hard)
        );
        store.reset_group(GROUP, LogStart::default(), hard).expect("resets");
        let first = LogEntry { index: 1, term: 4, batch: data(0, 4, 1, 5) };
        store.stage(GROUP, vec![first], None).expect("goes on");
    }
}

#[test]
fn a_missing_or_damaged_journal_is_refused_with_a_reason() {
    let Fixture { sim, mut store, .. } = fixture(&[1; 5], 0, 1 << 20);
    for index in 6..9 {
        let batch = data(index as i64 - 1, 1, 1, 5);
        store.stage(GROUP, vec![LogEntry { index, term: 1, batch }], None).expect("stages");
        let round = store.take_round().expect("usable").expect("something");
        round.write_and_sync().expect("no fault");
    }
    drop(store);
    let dir = Path::new("/d/shard-0/journal");
    let names = sim.disk.list(dir).expect("there");
    let open = || Store::open(&sim.env, Path::new("/d"), 0, StoreConfig::default());
    let live = names
        .iter()
        .map(|n| dir.join(n))
        .max_by_key(|p| sim.disk.open(p, OpenMode::Read).and_then(|f| f.len()).expect("there"));
    let path = live.expect("a journal");
    let file = sim.disk.open(&path, OpenMode::ReadWrite).expect("there");
    let mut byte = [0];
    // In the round after the file's baseline.
    let at = 2 * DIRECT_BLOCK_BYTES + 60;
    file.read_exact_at(&mut byte, at).expect("rounds are there");
    file.write_all_at(&[byte[0] ^ 1], at).expect("open");
    let error = open().expect_err("damage before the end");
    assert!(matches!(error, StoreError::CorruptJournal { .. }), "{error}");
    file.write_all_at(&byte, at).expect("open");
    open().expect("whole again");
    for name in sim.disk.list(dir).expect("there") {
        sim.disk.remove_file(&dir.join(name)).expect("there");
    }
    let error = open().expect_err("logs without a journal");
    assert!(matches!(error, StoreError::MissingJournal(_)), "{error}");
}

#[test]
fn entries_that_do_not_follow_are_refused_and_change_nothing() {
    let mut fixture = fixture(&[1, 1, 1], 0, 1 << 20);
    let entry = |index, offset, term| LogEntry { index, term, batch: data(offset, 1, 1, 5) };
    let gap = vec![entry(5, 3, 1)];
    let offset = vec![entry(4, 9, 1)];
    let term = vec![entry(4, 3, 2)];
    let junk = vec![LogEntry { index: 4, term: 1, batch: Bytes::from_static(b"junk") }];
    for bad in [gap, offset, term, junk] {
        let refused = fixture.store.stage(GROUP, bad, None);
        assert!(matches!(refused, Err(StoreError::BadEntry { .. })), "{refused:?}");
    }
    assert_eq!(fixture.store.log(GROUP).expect("there").last_index(), 3);
    assert!(!fixture.store.is_poisoned());
}
