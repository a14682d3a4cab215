//! Opening a store: the journal over the segments.
//!
//! 1. The oldest journal file begins with a baseline: every group and its last index. All entries
//!    up to there had been synced to the segments before the file before it was freed.
//! 2. Each frame is applied in order. An entry that a segment holds already (same index, same
//!    term: Raft's log matching) is left alone.
//! 3. What a segment holds beyond that was never acknowledged and is cut.
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
    /// The largest index that was seen to be missing; moot when the log starts behind it.
    missing_upto: u64,
    /// Where the log must begin at least: the start file may not be older than the baseline.
    least_start: u64,
}

struct Replay<'a> {
    disk: &'a dyn Disk,
    dir: &'a Path,
    groups: HashMap<GroupId, Replayed>,
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
    let mut replay = Replay { disk, dir, groups: HashMap::new(), report };
    let mut next_round = None;
    for (at, file) in live.iter().enumerate() {
        if at > 0 && file.seq != live[at - 1].seq + 1 {
            return Err(StoreError::MissingJournal(dir.to_path_buf()));
        }
        next_round = file.replay(next_round, |changes| replay.round(at == 0, changes))?;
    }
    let next_journal_seq = live.last().map_or(1, |file| file.seq + 1);
    let (logs, report) = replay.finish(&folders)?;
    let fresh = match spare.pop() {
        Some(file) => file,
        None => JournalFile::create(disk, &journal_dir, &format!("{next_journal_seq:06}.wal"))?,
    };
    let next_round = next_round.unwrap_or(1);
    Ok(Recovered { logs, fresh, spare, old: live, next_journal_seq, next_round, report })
}

impl Replay<'_> {
    fn round(
        &mut self,
        first_file: bool,
        changes: Vec<(GroupId, Change)>,
    ) -> Result<(), StoreError> {
        self.report.rounds_replayed += 1;
        for (id, change) in changes {
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
        let (log, opened) = GroupLog::open(self.disk, id, dir, meta, LogConfig::default())?;
        let expected = log.start().index;
        self.groups.insert(id, Replayed { log, opened, expected, missing_upto: 0, least_start: 0 });
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
            Change::Reset(start, hard) => {
                group.log.hard = hard;
                group.missing_upto = 0;
                group.expected = start.index;
                let before = group.first_stored().is_some_and(|first| first <= start.index);
                if group.log.start().index == start.index && !before {
                    // The files are those of the log after this reset already.
                    group.advance(disk, start)?;
                } else {
                    group.log.reset(disk, start)?;
                }
            }
            Change::Start(start) => group.advance(disk, start)?,
            Change::Retain(mut start) => {
                start.app = group.log.start().app;
                group.advance(disk, start)?;
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
            if let Some(reason) = group.settle(self.disk)? {
                tracing::error!(group = id, reason, "log is damaged: it must be fetched again");
                self.report.damaged.push((id, reason));
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
        if index <= self.log.start().index {
            return Ok(false);
        }
        let last = self.log.last_index();
        let before_first = self.first_stored().is_some_and(|first| index < first);
        if index > last + 1 || before_first {
            // Fine if a later frame moves the start behind it: then its segment was removed.
            self.missing_upto = self.missing_upto.max(index);
            return Ok(false);
        }
        if index <= last && self.log.term_at(index) == Some(entry.term) {
            return Ok(false);
        }
        self.drop_torn()?;
        self.log.truncate(disk, index)?;
        let entries = [entry];
        let headers = self.log.check(&entries)?;
        self.log.append(disk, &entries, &headers)?;
        Ok(true)
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

    fn advance(&mut self, disk: &dyn Disk, start: LogStart) -> Result<(), StoreError> {
        if start.index < self.log.start().index {
            return Ok(());
        }
        self.expected = self.expected.max(start.index);
        for segment in self.log.advance(start) {
            segment.remove(disk)?;
        }
        Ok(())
    }

    /// After the last frame: cuts what was never acknowledged, or says what is missing.
    fn settle(&mut self, disk: &dyn Disk) -> Result<Option<String>, StoreError> {
        let start = self.log.start();
        self.advance(disk, start.clone())?;
        let last = self.log.last_index();
        let why = self.opened.reason.take();
        if start.index < self.least_start {
            return Ok(Some("the file with the log's start is missing or damaged".into()));
        }
        if self.first_stored().is_some_and(|first| first > start.index + 1) {
            return Ok(Some("the first segments are missing".into()));
        }
        let missing = self.missing_upto > start.index;
        if missing || last < self.expected {
            let why = why.unwrap_or_else(|| "the end of a segment is missing".into());
            return Ok(Some(format!("{why} (entries {} to {})", last + 1, self.expected)));
        }
        self.drop_torn()?;
        for path in std::mem::take(&mut self.opened.stale) {
            let used = self.log.with(|s| s.segments.iter().any(|segment| segment.path == path));
            if !used {
                disk.remove_file(&path).map_err(StoreError::io("remove", &path))?;
            }
        }
        self.log.truncate(disk, self.expected + 1)?;
        let count = self.log.with(|state| state.tail.len());
        for _ in 0..count {
            // Replayed batches share the memory of whole rounds.
            let oldest = self.log.with(|state| state.tail.front().map(|batch| batch.index));
            self.log.evict(oldest.expect("counted"));
        }
        Ok(None)
    }
}
