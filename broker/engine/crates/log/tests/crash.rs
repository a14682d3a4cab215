//! Random writes, power cuts and restarts against a plain model: what a synced round held is there
//! after recovery, and of what was written since (the round in flight, or staged only) a first part
//! may be. When only the process dies, all of it is there, unless a change that only the journal
//! knows stood before it (`Store::outlives_process`).

use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;
use headrace_env::sim::{SimEnv, SimRandom};
use headrace_env::Random;
use headrace_log::{
    CheckpointJob, CleanJob, Cleanable, Compaction, HardState, LogConfig, LogEntry, LogMeta,
    LogStart, Removable, Store, StoreConfig,
};
use headrace_wire::batch::{raft_only, stamp, BatchHeader};
use headrace_wire::records::{BatchBuilder, Record, RecordIter};
use uuid::Uuid;

const GROUPS: u64 = 3;

/// A group as it should be.
#[derive(Clone, Default, PartialEq, Eq)]
struct Model {
    start: LogStart,
    entries: Vec<(u64, Bytes)>,
    hard: HardState,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let terms: Vec<u64> = self.entries.iter().map(|entry| entry.0).collect();
        write!(f, "{:?} {:?}, terms {terms:?}", self.start, self.hard)
    }
}

impl Model {
    fn last_index(&self) -> u64 {
        self.start.index + self.entries.len() as u64
    }

    fn at(&self, index: u64) -> Option<&(u64, Bytes)> {
        self.entries.get(usize::try_from(index.checked_sub(self.start.index + 1)?).ok()?)
    }

    /// Whether this is what a crash may leave of a group that was `durable`, with changes in
    /// flight. Unless those cut the log, it is the one or the other; a cut that did not become
    /// durable may show in part (its entries are a later leader's, and valid).
    fn follows(
        &self,
        durable: Option<&Model>,
        flying: Option<&Model>,
        cut: bool,
        staged: &Staged,
    ) -> bool {
        // Without a cut, what was staged is in flight, unless a start in flight has passed it.
        let passed = |index| flying.is_none_or(|flying| index <= flying.start.index);
        let was_staged = |index, (term, batch): &(u64, Bytes)| {
            (cut || passed(index))
                && staged.entries.iter().any(|s| (s.0, s.1) == (index, *term) && s.2 == *batch)
        };
        let sides = || [durable, flying].into_iter().flatten();
        let last = self.last_index();
        let newest = self.entries.last().map_or(self.start.term, |entry| entry.0);
        let known = (self.start.index + 1..=last).zip(&self.entries).all(|(index, entry)| {
            let same = sides().any(|side| side.at(index) == Some(entry));
            same || was_staged(index, entry)
        });
        let start =
            sides().any(|side| side.start == self.start) || staged.starts.contains(&self.start);
        // A start in flight may be there already: it stands for entries that were committed.
        let least = durable.map_or(0, Model::last_index);
        let most = flying.map_or(0, Model::last_index);
        let ends = match staged.least_cut {
            Some(index) => last + 1 >= index.min(least + 1),
            None => cut || (least..=most.max(least)).contains(&last),
        };
        let in_order = self.entries.windows(2).all(|pair| pair[0].0 <= pair[1].0);
        let ahead = durable.is_none_or(|durable| durable.start != self.start);
        // Entries outlive the hard state that was staged with them: it was in a lost round.
        let later = durable.is_none_or(|durable| newest > durable.hard.term);
        let bumped = (cut || ahead || later) && self.hard.term == newest && self.hard.vote == 0;
        let hard = bumped || sides().any(|side| side.hard == self.hard);
        known && start && ends && in_order && hard && self.hard.term >= newest
    }

    fn end_offset(&self, count: usize) -> i64 {
        match count.checked_sub(1) {
            None => self.start.offset,
            Some(at) => BatchHeader::parse(&self.entries[at].1).expect("ours").next_offset(),
        }
    }
}

/// What was staged of a group since the last synced round: (index, term, batch), and starts.
#[derive(Default)]
struct Staged {
    entries: Vec<(u64, u64, Bytes)>,
    starts: Vec<LogStart>,
    /// From where on conflicts have cut the log, unless it was reset as well.
    least_cut: Option<u64>,
}

type World = BTreeMap<u64, Model>;

fn below(random: &SimRandom, bound: u64) -> u64 {
    random.below(bound)
}

fn batch(random: &SimRandom, offset: i64, term: u64) -> Bytes {
    let epoch = i32::try_from(term).expect("small");
    if below(random, 5) == 0 {
        return Bytes::from(raft_only(offset, epoch, -1, &random.next_u64().to_be_bytes()));
    }
    let mut builder = BatchBuilder::new();
    for _ in 0..=below(random, 3) {
        let value = vec![random.next_u64() as u8; below(random, 400) as usize];
        let value = (below(random, 5) > 0).then_some(&value[..]);
        builder.push(1_000, Some(&[below(random, 7) as u8]), value, &[]);
    }
    let mut made = builder.build().expect("small").to_vec();
    stamp(&mut made, offset, epoch);
    Bytes::from(made)
}

fn config() -> LogConfig {
    let compaction = Compaction {
        min_dirty_ppm: 1,
        min_lag_ms: 0,
        max_lag_ms: i64::MAX,
        delete_retention_ms: 300,
    };
    LogConfig {
        segment_bytes: 2_000,
        index_interval_bytes: 300,
        compaction: Some(compaction),
        ..LogConfig::default()
    }
}

fn store_config() -> StoreConfig {
    StoreConfig { journal_bytes: 48_000, tail_cache_bytes: 3_000 }
}

fn meta(id: u64) -> LogMeta {
    LogMeta { topic_id: Uuid::from_u128(u128::from(id) + 1), partition: 0 }
}

fn records(batch: &Bytes) -> Vec<Record> {
    let header = BatchHeader::parse(batch).expect("stored");
    RecordIter::new(header, batch).and_then(Iterator::collect).expect("sound")
}

/// Whether compaction may have made `left` of `whole`: the same place and fewer records.
fn is_left_of(left: &Bytes, whole: &Bytes) -> bool {
    let place = |batch: &Bytes| {
        let h = BatchHeader::parse(batch).expect("stored");
        (h.base_offset, h.last_offset_delta, h.leader_epoch, h.is_control(), h.producer_id)
    };
    let all = records(whole);
    place(left) == place(whole) && records(left).iter().all(|record| all.contains(record))
}

/// What a reader knows of each key at the end.
fn newest(model: &Model) -> BTreeMap<Bytes, Bytes> {
    let mut state = BTreeMap::new();
    for record in model.entries.iter().flat_map(|(_, batch)| records(batch)) {
        let key = record.key.expect("all have one");
        match record.value {
            Some(value) => state.insert(key, value),
            None => state.remove(&key),
        };
    }
    state
}

/// A node's store beside its model.
struct Run {
    sim: SimEnv,
    store: Option<Store>,
    /// After the last synced round.
    durable: World,
    /// As staged.
    current: World,
    /// Groups that were cut, reset or removed since the last synced round: a power cut then may
    /// leave them shorter than what was durable.
    cut: Vec<u64>,
    /// Those that were reset or removed: being shorter is damage then, which must be reported.
    reset: Vec<u64>,
    staged: BTreeMap<u64, Staged>,
    job: Option<CheckpointJob>,
    clean: Option<CleanJob>,
    /// Passes over the time: a pass of compaction sees its clock.
    now_ms: i64,
    /// Entries up to here are never cut, and may be cleaned.
    committed: BTreeMap<u64, u64>,
    /// The same as of the last synced round: a crash may undo a reset.
    durably_committed: BTreeMap<u64, u64>,
    /// Batches that compaction has emptied, over all looks.
    emptied: usize,
    /// Group ids are never used again.
    removed: Vec<u64>,
    /// The largest term used, and the least that new entries may have: after a crash nobody leads
    /// in a term of before, so an index and a term name one entry (Raft's log matching).
    term_used: u64,
    term_least: u64,
}

impl Run {
    fn new(seed: u64) -> Run {
        let sim = SimEnv::new(seed);
        let (durable, current) = (World::new(), World::new());
        let mut run = Run {
            sim,
            store: None,
            durable,
            current,
            cut: Vec::new(),
            reset: Vec::new(),
            staged: BTreeMap::new(),
            job: None,
            clean: None,
            now_ms: 1_000,
            committed: BTreeMap::new(),
            durably_committed: BTreeMap::new(),
            emptied: 0,
            removed: Vec::new(),
            term_used: 0,
            term_least: 1,
        };
        let opened = run.open();
        assert!(opened.is_empty());
        run
    }

    fn open(&mut self) -> Vec<u64> {
        let (mut store, report) =
            Store::open(&self.sim.env, Path::new("/data"), 0, store_config()).expect("opens");
        for id in store.groups() {
            store.set_config(id, config());
        }
        self.store = Some(store);
        for (id, reason) in &report.damaged {
            assert!(self.reset.contains(id), "group {id}, which nothing reset: {reason}");
        }
        report.damaged.into_iter().map(|(id, _)| id).collect()
    }

    fn store(&mut self) -> &mut Store {
        self.store.as_mut().expect("open")
    }

    fn append(&mut self, id: u64, conflict: bool) -> bool {
        let random = self.sim.random.clone();
        if self.removed.contains(&id) {
            return true;
        }
        if !self.current.contains_key(&id) {
            if self.store().create_group(id, meta(id), config()).is_err() {
                return false;
            }
            self.current.insert(id, Model::default());
        }
        let model = &self.current[&id];
        let keep = match conflict && !model.entries.is_empty() {
            true => {
                let committed = self.committed.get(&id).copied().unwrap_or_default();
                let least = committed.saturating_sub(model.start.index) as usize;
                let keep = below(&random, model.entries.len() as u64) as usize;
                keep.max(least.min(model.entries.len()))
            }
            false => model.entries.len(),
        };
        let last_term = model.entries.last().map_or(model.start.term, |e| e.0);
        let term = last_term + u64::from(conflict || below(&random, 6) == 0);
        let term = term.max(self.term_least);
        self.term_used = self.term_used.max(term);
        let mut after = model.clone();
        after.entries.truncate(keep);
        let mut entries = Vec::new();
        for _ in 0..=below(&random, 4) {
            let batch = batch(&random, after.end_offset(after.entries.len()), term);
            after.entries.push((term, batch.clone()));
            let staged = self.staged.entry(id).or_default();
            staged.entries.push((after.last_index(), term, batch.clone()));
            entries.push(LogEntry { index: after.last_index(), term, batch });
        }
        let hard = HardState { term, vote: below(&random, 3), commit: after.start.index };
        after.hard = hard;
        if conflict {
            self.cut.push(id);
            let staged = self.staged.entry(id).or_default();
            let index = after.start.index + keep as u64 + 1;
            staged.least_cut = Some(staged.least_cut.map_or(index, |least| least.min(index)));
        }
        let staged = self.store().stage(id, entries, Some(hard));
        self.current.insert(id, after);
        staged.is_ok()
    }

    fn move_start(&mut self, id: u64, reset: bool) -> bool {
        let random = self.sim.random.clone();
        let Some(model) = self.current.get(&id).cloned() else { return true };
        let mut after = model.clone();
        let app = Bytes::copy_from_slice(&random.next_u64().to_be_bytes());
        if reset {
            let index = model.last_index() + 1 + below(&random, 50);
            let (term, offset) = (model.hard.term.max(1), model.end_offset(model.entries.len()));
            after.start = LogStart { index, term, offset: offset + 7, app };
            after.entries.clear();
            self.committed.insert(id, index);
            self.cut.push(id);
            self.reset.push(id);
            let (start, hard) = (after.start.clone(), after.hard);
            self.staged.entry(id).or_default().starts.push(start.clone());
            self.current.insert(id, after);
            return self.store().reset_group(id, start, hard).is_ok();
        }
        let count = below(&random, model.entries.len() as u64 + 1) as usize;
        if count > 0 {
            let (index, term) = (model.start.index + count as u64, model.entries[count - 1].0);
            after.start = LogStart { index, term, offset: model.end_offset(count), app };
            after.entries.drain(..count);
        }
        let start = after.start.clone();
        self.staged.entry(id).or_default().starts.push(start.clone());
        self.current.insert(id, after);
        self.store().truncate_prefix(id, start).is_ok()
    }

    fn remove(&mut self, id: u64) -> bool {
        if self.current.remove(&id).is_none() {
            return true;
        }
        self.cut.push(id);
        self.reset.push(id);
        self.removed.push(id);
        self.store().remove_group(id).is_ok()
    }

    /// False when the power went away.
    fn round(&mut self) -> bool {
        let Ok(round) = self.store().take_round() else { return false };
        let Some(round) = round else { return true };
        if below(&self.sim.random, 4) == 0 && !self.checkpoint() {
            return false;
        }
        if round.write_and_sync().is_err() {
            return false;
        }
        self.durable = self.current.clone();
        self.cut.clear();
        self.reset.clear();
        self.staged.clear();
        for (&id, model) in &self.durable {
            let committed = self.committed.entry(id).or_default();
            let more = model.last_index().saturating_sub(*committed);
            *committed += below(&self.sim.random, more + 1);
        }
        self.durably_committed = self.committed.clone();
        self.store().round_done(round.seq()).is_ok()
    }

    /// A step of compaction, each at another time than the one before.
    fn clean(&mut self) -> bool {
        self.now_ms += 50;
        if let Some(mut job) = self.clean.take() {
            if below(&self.sim.random, 3) > 0 {
                job.run();
                let next = self.store().clean_done(job);
                return next.map(|next| self.clean = next).is_ok();
            }
            self.clean = Some(job);
            return true;
        }
        let (now_ms, committed) = (self.now_ms, self.committed.clone());
        let bounds = |id: u64| {
            Some(Cleanable {
                upto_index: committed.get(&id).copied().unwrap_or_default(),
                upto_offset: i64::MAX,
                is_aborted: std::sync::Arc::new(|_| false),
            })
        };
        self.clean = self.store().take_clean(now_ms, &bounds);
        true
    }

    fn checkpoint(&mut self) -> bool {
        if let Some(mut job) = self.job.take() {
            job.run();
            return self.store().checkpoint_done(job).is_ok();
        }
        self.job = self.store().take_checkpoint();
        true
    }

    fn step(&mut self) -> bool {
        let random = self.sim.random.clone();
        let id = 1 + below(&random, GROUPS);
        match below(&random, 56) {
            40.. => self.clean(),
            0..=14 => self.append(id, false),
            15..=17 => self.append(id, true),
            18..=32 => self.round(),
            33..=34 => self.move_start(id, false),
            35 => self.move_start(id, true),
            36 => self.store().maintain(2_000, &|_| Removable::default()).is_ok(),
            37 if below(&random, 4) == 0 => self.remove(id),
            _ => self.checkpoint(),
        }
    }

    /// The power goes.
    fn crash(&mut self) {
        let random = self.sim.random.clone();
        self.restart(|disk| disk.crash(&*random));
    }

    /// The process dies between two calls; the last round may be taken and not written.
    fn kill(&mut self) {
        let staged = self.current.clone();
        let store = self.store();
        let whole: Vec<u64> = (1..=GROUPS).filter(|&id| store.outlives_process(id)).collect();
        if below(&self.sim.random.clone(), 2) == 0 {
            let _never_written = self.store().take_round();
        }
        self.restart(headrace_env::sim::SimDisk::kill);
        for id in whole {
            let (found, staged) = (&self.current[&id], &staged[&id]);
            let first = found.start.index.max(staged.start.index) + 1;
            let same = (first..=staged.last_index()).all(|at| found.at(at) == staged.at(at));
            let whole = same && found.last_index() == staged.last_index();
            assert!(whole, "{id}\nfound {found:?}\nstaged {staged:?}");
        }
    }

    fn restart(&mut self, end: impl FnOnce(&headrace_env::sim::SimDisk)) {
        let in_flight = self.current.clone();
        self.store = None;
        self.job = None;
        self.clean = None;
        self.committed = self.durably_committed.clone();
        end(&self.sim.disk);
        let damaged = self.open();
        let sides = [&self.durable, &in_flight].map(Clone::clone);
        let found = self.read_all(&sides);
        for id in 1..=GROUPS {
            if damaged.contains(&id) {
                continue;
            }
            let (durable, flying) = (self.durable.get(&id), in_flight.get(&id));
            let right = match found.get(&id) {
                Some(found) => {
                    let staged = self.staged.remove(&id).unwrap_or_default();
                    found.follows(durable, flying, self.cut.contains(&id), &staged)
                }
                None => durable.is_none() || flying.is_none(),
            };
            let found = found.get(&id);
            assert!(right, "{id}\nfound {found:?}\nsynced {durable:?}\nin flight {flying:?}");
        }
        self.term_least = self.term_used + 1;
        self.removed.retain(|id| !found.contains_key(id));
        self.current = found;
        for id in damaged {
            let hard = self.store().hard_state(id);
            let start = LogStart::default();
            self.store().reset_group(id, start.clone(), hard).expect("resets");
            self.current.insert(id, Model { start, entries: Vec::new(), hard });
            self.committed.insert(id, 0);
        }
        self.cut.clear();
        self.reset.clear();
        self.staged.clear();
        assert!(self.round());
        self.durable = self.current.clone();
    }

    /// Everything that the store holds, with what compaction has taken from its batches. They are
    /// known by `sides` or were staged; nothing that counts may be gone.
    fn read_all(&mut self, sides: &[World]) -> World {
        let store = self.store.as_ref().expect("open");
        let mut world = World::new();
        for id in store.groups() {
            let log = store.log(id).expect("listed");
            let (first, last) = (log.first_index(), log.last_index());
            let read = log.entries(first, last + 1, u64::MAX).expect("sound");
            let stored: Vec<_> = read.into_iter().map(|e| (e.term, e.batch)).collect();
            let whole = |index: u64, (term, left): &(u64, Bytes)| {
                let known = sides.iter().filter_map(|side| side.get(&id)?.at(index));
                let staged = self.staged.get(&id).into_iter().flat_map(|s| &s.entries);
                let staged = staged.filter(|s| s.0 == index).map(|s| (s.1, s.2.clone()));
                let mut all = known.cloned().chain(staged).filter(|entry| entry.0 == *term);
                let found = all.find(|entry| is_left_of(left, &entry.1));
                found.unwrap_or_else(|| (*term, left.clone()))
            };
            let entries = (first..).zip(&stored).map(|(index, left)| whole(index, left)).collect();
            let model = Model { start: log.start(), entries, hard: log.hard_state() };
            let left = Model { entries: stored, ..model.clone() };
            self.emptied += left.entries.iter().filter(|(_, b)| is_emptied(b)).count();
            assert!(newest(&left) == newest(&model), "group {id} lost a record that counts");
            world.insert(id, model);
        }
        world
    }
}

fn is_emptied(batch: &Bytes) -> bool {
    BatchHeader::parse(batch).expect("stored").is_emptied()
}

fn seeds() -> u64 {
    std::env::var("HEADRACE_SIM_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(150)
}

#[test]
fn synced_rounds_survive_power_cuts() {
    let mut emptied = 0;
    for seed in 0..seeds() {
        eprintln!("seed {seed}");
        let mut run = Run::new(seed);
        for _ in 0..6 {
            let random = run.sim.random.clone();
            run.sim.disk.cut_power_after(below(&random, 400));
            let mut steps = 0;
            while steps < 300 && run.step() {
                steps += 1;
            }
            run.crash();
        }
        emptied += run.emptied;
    }
    assert!(emptied > 0, "compaction took place");
}

/// Process kills and power cuts by turns: what a killed process had written and not synced must
/// be durable once the store is open again, and must not bring back what a conflict had cut.
#[test]
fn what_was_written_outlives_its_process() {
    for seed in 0..seeds() {
        eprintln!("seed {seed}");
        let mut run = Run::new(seed);
        for _ in 0..8 {
            let random = run.sim.random.clone();
            let power = below(&random, 3) == 0;
            if power {
                run.sim.disk.cut_power_after(below(&random, 400));
            }
            let mut steps = 0;
            while steps < 20 + below(&random, 100) && run.step() {
                steps += 1;
            }
            if power {
                run.crash();
            } else {
                run.kill();
            }
        }
    }
}

#[test]
fn a_clean_close_loses_nothing_and_replays_nothing() {
    for seed in 0..40 {
        let mut run = Run::new(seed);
        for _ in 0..120 {
            assert!(run.step(), "no fault was planned");
        }
        assert!(run.round(), "no fault was planned");
        if run.job.is_some() {
            assert!(run.checkpoint(), "no fault was planned");
        }
        let before = run.current.clone();
        run.store.take().expect("open").flush_and_close().expect("no fault was planned");
        // Even a power cut right behind it changes nothing.
        let random = run.sim.random.clone();
        run.sim.disk.crash(&*random);
        let (store, report) =
            Store::open(&run.sim.env, Path::new("/data"), 0, store_config()).expect("opens");
        assert_eq!((report.entries_replayed, report.torn_bytes), (0, 0));
        assert_eq!(report.damaged, Vec::new());
        run.store = Some(store);
        assert_eq!(run.read_all(std::slice::from_ref(&before)), before);
    }
}

#[test]
fn a_failed_fsync_is_never_believed() {
    let mut run = Run::new(1);
    assert!(run.append(1, false) && run.round());
    run.sim.disk.fail_sync_after(0);
    assert!(run.append(1, false));
    assert!(!run.round());
    run.sim.disk.heal();
    assert!(run.store().is_poisoned());
    assert!(!run.append(1, false), "a poisoned store takes nothing");
    assert!(!run.round());
    run.crash();
}

#[test]
fn a_full_disk_stops_the_store_and_keeps_what_was_durable() {
    let mut run = Run::new(2);
    assert!(run.append(1, false) && run.round());
    run.sim.disk.set_capacity_bytes(Some(run.sim.disk.used_bytes() + 200));
    let mut steps = 0;
    while steps < 200 && run.append(1, false) && run.round() {
        steps += 1;
    }
    assert!(steps < 200, "the disk never filled");
    run.sim.disk.set_capacity_bytes(None);
    run.crash();
}
