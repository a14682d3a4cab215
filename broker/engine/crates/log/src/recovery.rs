//! Opening a store: the journal over the segments.
//!
//! 1. The oldest journal file begins with a baseline: every group and its last index. All entries
//!    up to there had been synced to the segments before the file before it was freed.
//! 2. Each frame is applied in order, but for entries that a later frame cuts again. An entry that
//!    a segment holds already (same index, same term: Raft's log matching) is left alone.
//! 3. Sound batches that a segment holds beyond that were written and not synced. They are kept,
//!    and synced before the store is open: with write caching they may have been acknowledged, and
//!    else they are what a replica may hold, uncommitted. They do follow what lies before them: a
//!    cut is synced before anything is written in its place, and where its round was lost, all
//!    from there on goes.
//! 4. A log that ends before its last durable index, or has a gap, is damaged: reported, not
//!    repaired, since only the group's leader knows the missing entries.

use std::collections::HashMap;
use std::path::Path;

use headrace_env::Disk;

use crate::frame::Change;
use crate::group::{group_dir, GroupLog, OpenedGroup};
use crate::journal::JournalFile;
use crate::types::{HardState, LogConfig, LogEntry, LogMeta, LogStart};
use crate::{GroupId, RecoveryReport, StoreError};

/// A store's parts after recovery.
pub(crate) struct Recovered {
    pub(crate) logs: HashMap<GroupId, GroupLog>,
    /// The file that the store goes on with.
    pub(crate) fresh: JournalFile,
    pub(crate) spare: Vec<JournalFile>,
    /// Replayed files; freed by the first checkpoint.
    pub(crate) old: Vec<JournalFile>,
    pub(crate) next_journal_seq: u64,
    pub(crate) next_round: u64,
    pub(crate) report: RecoveryReport,
}

/// A group during replay.
struct Replayed {
    log: GroupLog,
    opened: OpenedGroup,
    /// The last index that was durable, as far as the journal was read.
    expected: u64,
    /// The first and last index that the segments lack; moot when a later frame cuts the log
    /// before them, or moves its start behind them.
    missing: Option<(u64, u64)>,
    /// Where the log must begin at least: the start file may not be older than the baseline.
    least_start: u64,
    /// From here on the log was cut, and the round that makes the cut durable is lost.
    cut_from: Option<u64>,
}

struct Replay<'a> {
    disk: &'a dyn Disk,
    dir: &'a Path,
    groups: HashMap<GroupId, Replayed>,
    outlook: HashMap<GroupId, Outlook>,
    /// The round after the last durable one.
    next_round: u64,
    report: RecoveryReport,
}

pub(crate) fn recover(disk: &dyn Disk, dir: &Path) -> Result<Recovered, StoreError> {
    let journal_dir = dir.join("journal");
    let names = disk.list(&journal_dir).map_err(StoreError::io("list", &journal_dir))?;
    let mut files = Vec::new();
    for name in names.iter().filter(|name| name.ends_with(".wal")) {
        files.push(JournalFile::open(disk, journal_dir.join(name))?);
    }
    let (mut live, mut spare): (Vec<_>, Vec<_>) = files.into_iter().partition(|f| f.seq != 0);
    live.sort_by_key(|file| file.seq);
    let groups_dir = dir.join("groups");
    let folders = disk.list(&groups_dir).map_err(StoreError::io("list", &groups_dir))?;
    if live.is_empty() && !folders.is_empty() {
        return Err(StoreError::MissingJournal(dir.to_path_buf()));
    }
    let report = RecoveryReport::default();
    let mut outlook: HashMap<GroupId, Outlook> = HashMap::new();
    let mut next_round = None;
    for (at, file) in live.iter().enumerate() {
        if at > 0 && file.seq != live[at - 1].seq + 1 {
            return Err(StoreError::MissingJournal(dir.to_path_buf()));
        }
        let (next, end) = file.replay(next_round, |changes| {
            for (id, change) in &changes {
                outlook.entry(*id).or_default().note(change);
            }
            Ok(())
        })?;
        file.check_torn_end(end)?;
        next_round = next;
    }
    let next_round = next_round.unwrap_or(1);
    let mut replay = Replay { disk, dir, groups: HashMap::new(), outlook, next_round, report };
    for (at, file) in live.iter().enumerate() {
        file.replay(None, |changes| replay.round(at == 0, changes))?;
    }
    let next_journal_seq = live.last().map_or(1, |file| file.seq + 1);
    let (logs, report) = replay.finish(&folders)?;
    let fresh = match spare.pop() {
        Some(file) => file,
        None => JournalFile::create(disk, &journal_dir, &format!("{next_journal_seq:06}.wal"))?,
    };
    Ok(Recovered { logs, fresh, spare, old: live, next_journal_seq, next_round, report })
}

/// What the first pass over the journal learns of a group: where its log begins after the last
/// frame. What lies before that is not read (a segment there may be a leftover that was removed
/// and never synced), and frames before the last reset are not applied.
#[derive(Default)]
struct Outlook {
    start: Option<LogStart>,
    /// The owner's state came with a frame; else it is in the start file.
    has_app: bool,
    frames: usize,
    skip: usize,
    /// Frames that were applied or left out, in the second pass.
    seen: usize,
    /// The index of the last frame with an entry.
    last_entry: Option<u64>,
    /// Frames with an entry that cut the log: their number, and the index from where on.
    cuts: Vec<(usize, u64)>,
}

impl Outlook {
    fn note(&mut self, change: &Change) {
        match change {
            Change::Append(entry) => {
                if self.last_entry.is_some_and(|last| entry.index <= last) {
                    self.cuts.push((self.frames, entry.index));
                }
                self.last_entry = Some(entry.index);
            }
            Change::Reset(start, _) => {
                self.skip = self.frames;
                self.last_entry = None;
                self.start = Some(start.clone());
                self.has_app = true;
            }
            Change::Start(start) => {
                self.start = Some(start.clone());
                self.has_app = true;
            }
            Change::Retain(place) => {
                let app = self.start.take().map(|start| start.app).unwrap_or_default();
                self.start = Some(LogStart { app, ..place.clone() });
            }
            _ => {}
        }
        self.frames += 1;
    }

    /// Takes note of the next frame of the second pass; whether it is of no account any more. An
    /// entry that was cut later is not written again: that would cut what the segments hold of the
    /// later entries, beyond what the journal knows of them.
    fn is_past(&mut self, change: &Change) -> bool {
        let frame = self.seen;
        self.seen += 1;
        match change {
            Change::Append(_) | Change::Hard(_) if frame < self.skip => true,
            Change::Append(entry) => {
                self.cuts.iter().any(|&(at, from)| at > frame && from <= entry.index)
            }
            _ => false,
        }
    }
}

impl Replay<'_> {
    fn round(
        &mut self,
        first_file: bool,
        changes: Vec<(GroupId, Change)>,
    ) -> Result<(), StoreError> {
        self.report.rounds_replayed += 1;
        for (id, change) in changes {
            if self.outlook.entry(id).or_default().is_past(&change) {
                continue;
            }
            match change {
                Change::Baseline { meta, hard, start, last_index } if first_file => {
                    self.baseline(id, meta, hard, start, last_index)?;
                }
                // Later files repeat what the frames before them have said.
                Change::Baseline { .. } => {}
                Change::Create(meta) => self.open(id, meta)?,
                Change::Remove => {
                    self.groups.remove(&id);
                }
                other => self.change(id, other)?,
            }
        }
        Ok(())
    }

    fn open(&mut self, id: GroupId, meta: LogMeta) -> Result<(), StoreError> {
        if self.groups.contains_key(&id) {
            return Ok(());
        }
        let dir = group_dir(self.dir, id);
        let outlook = self.outlook.entry(id).or_default();
        let (start, has_app) = (outlook.start.take(), outlook.has_app);
        let config = LogConfig::default();
        let (log, opened) = GroupLog::open(self.disk, id, dir, meta, config, |file| {
            let file = file.unwrap_or_default();
            // The frames are the truth. The file may be older, or newer than the last round that
            // became durable; nothing was removed on the word of such a one.
            match start {
                Some(start) if has_app => start,
                Some(place) => LogStart { app: file.app, ..place },
                None => file,
            }
        })?;
        let cut = opened.cut.filter(|cut| cut.round >= self.next_round);
        let expected = log.start().index;
        let (cut_from, missing, least_start) = (cut.map(|cut| cut.index), None, 0);
        let mut group = Replayed { log, opened, expected, missing, least_start, cut_from };
        if let Some(index) = cut_from {
            // The segments may hold any mixture of what was cut and what took its place. The
            // frames bring back what follows without a gap.
            group.drop_torn()?;
            group.log.truncate(self.disk, index.max(expected + 1))?;
        }
        self.groups.insert(id, group);
        Ok(())
    }

    fn baseline(
        &mut self,
        id: GroupId,
        meta: LogMeta,
        hard: HardState,
        start: LogStart,
        last_index: u64,
    ) -> Result<(), StoreError> {
        self.open(id, meta)?;
        let group = self.groups.get_mut(&id).expect("just opened");
        group.log.hard = hard;
        group.expected = group.expected.max(last_index);
        group.least_start = start.index;
        Ok(())
    }

    fn change(&mut self, id: GroupId, change: Change) -> Result<(), StoreError> {
        let disk = self.disk;
        // A frame of a group that was removed later, or whose creation is in a file long freed.
        let Some(group) = self.groups.get_mut(&id) else { return Ok(()) };
        match change {
            Change::Append(entry) => {
                self.report.entries_replayed += u64::from(group.append(disk, entry)?);
            }
            Change::Hard(hard) => group.log.hard = hard,
            // Where the log begins was settled when it was opened.
            Change::Reset(start, hard) => {
                group.log.hard = hard;
                group.expected = start.index.max(group.log.start().index);
                group.missing = None;
                group.least_start = 0;
            }
            Change::Start(start) | Change::Retain(start) => {
                group.expected = group.expected.max(start.index);
            }
            Change::Baseline { .. } | Change::Create(_) | Change::Remove => {}
        }
        Ok(())
    }

    fn finish(
        mut self,
        folders: &[String],
    ) -> Result<(HashMap<GroupId, GroupLog>, RecoveryReport), StoreError> {
        let mut logs = HashMap::new();
        let mut ids: Vec<GroupId> = self.groups.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            let mut group = self.groups.remove(&id).expect("listed");
            self.report.torn_bytes += group.opened.torn_bytes;
            let known = group.expected;
            if let Some(reason) = group.settle(self.disk)? {
                tracing::error!(group = id, reason, "log is damaged: it must be fetched again");
                self.report.damaged.push((id, reason));
            } else {
                self.report.entries_kept += group.log.last_index().saturating_sub(known);
            }
            logs.insert(id, group.log);
        }
        // Folders of groups that were removed, or whose creation never became durable.
        for name in folders {
            let id = GroupId::from_str_radix(name, 16).ok();
            if id.is_none_or(|id| !logs.contains_key(&id)) {
                let dir = self.dir.join("groups").join(name);
                self.disk.remove_dir_all(&dir).map_err(StoreError::io("remove", &dir))?;
            }
        }
        Ok((logs, self.report))
    }
}

impl Replayed {
    fn first_stored(&self) -> Option<u64> {
        self.log.with(|state| state.segments.first().map(|s| s.header.base_index))
    }

    /// Applies an entry; true when it was written anew.
    fn append(&mut self, disk: &dyn Disk, entry: LogEntry) -> Result<bool, StoreError> {
        let index = entry.index;
        self.expected = index.max(self.log.start().index);
        // An entry cuts what was behind it.
        self.missing = self
            .missing
            .filter(|&(first, _)| first < index)
            .map(|(first, last)| (first, last.min(index - 1)));
        if index <= self.log.start().index {
            return Ok(false);
        }
        let last = self.log.last_index();
        let before_first = self.first_stored().is_some_and(|first| index < first);
        if index > last + 1 || before_first {
            // Fine if a later frame moves the start behind it: then its segment was removed.
            return Ok(self.lacks(index));
        }
        if index <= last && self.log.term_at(index) == Some(entry.term) {
            return Ok(false);
        }
        let entries = [entry];
        let headers = match self.log.check(&entries) {
            Ok(headers) => headers,
            // The segments are from a later time, when this entry had been cut.
            Err(StoreError::BadEntry { .. }) => return Ok(self.lacks(index)),
            Err(error) => return Err(error),
        };
        self.drop_torn()?;
        self.log.truncate(disk, index)?;
        self.log.append(disk, &entries, &headers)?;
        Ok(true)
    }

    /// Takes note that an entry cannot be stored; nothing was written.
    fn lacks(&mut self, index: u64) -> bool {
        let first = self.missing.map_or(index, |(first, _)| first);
        self.missing = Some((first, index));
        false
    }

    /// Before the first write behind a torn end, the torn bytes go.
    fn drop_torn(&mut self) -> Result<(), StoreError> {
        if self.opened.torn_bytes > 0 {
            self.opened.torn_bytes = 0;
            if let Some(segment) = self.log.with(|state| state.segments.last().cloned()) {
                segment.drop_torn()?;
            }
        }
        Ok(())
    }

    /// After the last frame: drops what is not sound, or says what is missing.
    fn settle(&mut self, disk: &dyn Disk) -> Result<Option<String>, StoreError> {
        let start = self.log.start();
        let last = self.log.last_index();
        let why = self.opened.reason.take();
        if self.opened.cut.is_some() {
            self.log.forget_cut(disk)?;
        }
        if start.index < self.least_start {
            return Ok(Some("the file with the log's start is missing or damaged".into()));
        }
        if self.first_stored().is_some_and(|first| first > start.index + 1) {
            return Ok(Some("the first segments are missing".into()));
        }
        let behind = (last < self.expected).then_some((last + 1, self.expected));
        let missing = self.missing.filter(|&(_, upto)| upto > start.index).or(behind);
        let superseded = |from: u64| self.cut_from.is_some_and(|cut| cut <= from.min(last + 1));
        if let Some((from, upto)) = missing.filter(|&(from, _)| !superseded(from)) {
            let why = why.unwrap_or_else(|| "the end of a segment is missing".into());
            return Ok(Some(format!("{why} (entries {from} to {upto} are missing)")));
        }
        self.drop_torn()?;
        for path in std::mem::take(&mut self.opened.stale) {
            let used = self.log.with(|s| s.segments.iter().any(|segment| segment.path == path));
            if !used && disk.exists(&path) {
                disk.remove_file(&path).map_err(StoreError::io("remove", &path))?;
                // Its name may be used again: the removal is made durable with the checkpoint.
                self.log.dirty = true;
            }
        }
        let newest = self.log.last_term();
        if newest > self.log.hard.term {
            // A later leader's entries reached the segments before the journal: its term is known
            // all the same, and no vote was given in it, since a vote is durable before it is sent.
            self.log.hard = HardState { term: newest, vote: 0, ..self.log.hard };
        }
        let count = self.log.with(|state| state.tail.len());
        for _ in 0..count {
            // Replayed batches share the memory of whole rounds.
            let oldest = self.log.with(|state| state.tail.front().map(|batch| batch.index));
            self.log.evict(oldest.expect("counted"));
        }
        Ok(None)
    }
}
