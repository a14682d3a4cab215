//! All durable state of one shard: one journal and many logs, owned by one thread.
//!
//! Entry points: [`Store::open`], then round after round [`Store::stage`], [`Store::take_round`],
//! [`Round::write_and_sync`] (on the journal's thread) and [`Store::round_done`].

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use bytes::Bytes;
use headrace_env::{Disk, Env};

use crate::checkpoint::CheckpointJob;
use crate::frame::Change;
use crate::group::{group_dir, CutMark, GroupLog};
use crate::journal::{JournalFile, Round};
use crate::segment::Segment;
use crate::types::{HardState, LogConfig, LogEntry, LogMeta, LogStart, StoreConfig};
use crate::{recovery, GroupId, RecoveryReport, StoreError};

/// Full journal files that may wait for a checkpoint; with one more it is made at once, which
/// holds up the shard: back-pressure.
const RETIRED_MAX: usize = 3;

/// Files that may go once a round is durable.
enum Cleanup {
    Segment(Arc<Segment>),
    Folder(PathBuf),
}

/// The durable state of one shard. See the module.
pub struct Store {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) dir: PathBuf,
    config: StoreConfig,
    pub(crate) logs: HashMap<GroupId, GroupLog>,
    /// Changes since the last round was taken.
    staged: Vec<(GroupId, Change)>,
    staged_bytes: u64,
    /// Bytes of the round in flight.
    round_bytes: u64,
    journal: JournalFile,
    spare: Vec<JournalFile>,
    retired: Vec<JournalFile>,
    next_journal_seq: u64,
    next_round: u64,
    /// The newest round that is known to be durable.
    done_round: u64,
    /// The round at the head of the present journal file.
    baseline_round: u64,
    cleanups: VecDeque<(u64, Cleanup)>,
    checkpoint_out: bool,
    /// A pass of compaction is under way.
    pub(crate) cleaning: bool,
    poisoned: Arc<AtomicBool>,
    /// (group, index, bytes) of every batch in memory, oldest first, over all groups.
    tail: VecDeque<(GroupId, u64, usize)>,
    tail_bytes: usize,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({}, {} groups)", self.dir.display(), self.logs.len())
    }
}

impl Store {
    /// Opens `<dir>/shard-<shard>`, which is made when absent, and replays its journal.
    ///
    /// # Errors
    /// `Io`, `MissingJournal`, `CorruptJournal`. Damage of one group's segments is no error: it is
    /// in the report.
    pub fn open(
        env: &Env,
        dir: &Path,
        shard: usize,
        config: StoreConfig,
    ) -> Result<(Store, RecoveryReport), StoreError> {
        let disk = env.disk.clone();
        let fresh = !disk.exists(dir);
        let dir = dir.join(format!("shard-{shard}"));
        for folder in [dir.join("groups"), dir.join("journal")] {
            disk.create_dir_all(&folder).map_err(StoreError::io("create", &folder))?;
        }
        // The names of what was just made, up to the data folder's own.
        let made = dir.ancestors().take(if fresh { 3 } else { 2 });
        for folder in made.filter(|folder| !folder.as_os_str().is_empty()) {
            disk.sync_dir(folder).map_err(StoreError::io("sync", folder))?;
        }
        let recovered = recovery::recover(&*disk, &dir)?;
        let mut store = Store {
            journal: recovered.fresh,
            disk,
            dir,
            config,
            logs: recovered.logs,
            staged: Vec::new(),
            staged_bytes: 0,
            round_bytes: 0,
            spare: recovered.spare,
            retired: recovered.old,
            next_journal_seq: recovered.next_journal_seq,
            next_round: recovered.next_round,
            done_round: recovered.next_round - 1,
            baseline_round: 0,
            cleanups: VecDeque::new(),
            checkpoint_out: false,
            cleaning: false,
            poisoned: Arc::new(AtomicBool::new(false)),
            tail: VecDeque::new(),
            tail_bytes: 0,
        };
        // A fresh file with the groups as they are now; then what was recovered is synced and the
        // old files are free.
        store.begin_journal()?;
        let round = store.lay_out(Vec::new());
        round.write_and_sync()?;
        store.round_done(round.seq())?;
        store.checkpoint_now()?;
        Ok((store, recovered.report))
    }

    /// The groups in this store.
    pub fn groups(&self) -> Vec<GroupId> {
        let mut all: Vec<GroupId> = self.logs.keys().copied().collect();
        all.sort_unstable();
        all
    }

    /// A group's log.
    pub fn log(&self, id: GroupId) -> Option<&GroupLog> {
        self.logs.get(&id)
    }

    /// A group's hard state; all zero for an unknown group.
    pub fn hard_state(&self, id: GroupId) -> HardState {
        self.logs.get(&id).map(GroupLog::hard_state).unwrap_or_default()
    }

    /// Where a group's log begins.
    pub fn start(&self, id: GroupId) -> LogStart {
        self.logs.get(&id).map(|log| log.start()).unwrap_or_default()
    }

    /// Whether a write or fsync failed; everything is refused then.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }

    pub(crate) fn usable(&self) -> Result<(), StoreError> {
        if self.is_poisoned() {
            return Err(StoreError::Poisoned);
        }
        Ok(())
    }

    /// Poisons the store when a file operation failed half way.
    pub(crate) fn guard<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if matches!(result, Err(StoreError::Io { .. })) {
            self.poisoned.store(true, Ordering::Release);
        }
        result
    }

    /// Makes a group; when it is there, only takes its new configuration. Durable with the next
    /// round.
    ///
    /// # Errors
    /// `Poisoned`, `Io`; `BadEntry` when the group belongs to another partition.
    pub fn create_group(
        &mut self,
        id: GroupId,
        meta: LogMeta,
        config: LogConfig,
    ) -> Result<(), StoreError> {
        self.usable()?;
        if let Some(log) = self.logs.get_mut(&id) {
            if log.meta != meta {
                let reason = "the stored group belongs to another partition".to_string();
                return Err(StoreError::BadEntry { group: id, index: 0, reason });
            }
            log.config = config;
            return Ok(());
        }
        let dir = group_dir(&self.dir, id);
        let mut made = self.guard(GroupLog::create(&*self.disk, id, dir, meta, config))?;
        made.settled_in = self.next_round;
        self.logs.insert(id, made);
        self.push(id, Change::Create(meta));
        Ok(())
    }

    /// Takes a group's new configuration. Nothing happens for an unknown group.
    pub fn set_config(&mut self, id: GroupId, config: LogConfig) {
        if let Some(log) = self.logs.get_mut(&id) {
            log.config = config;
        }
    }

    /// Removes a group. Its files go when the next round is durable.
    ///
    /// # Errors
    /// `Poisoned`, `UnknownGroup`.
    pub fn remove_group(&mut self, id: GroupId) -> Result<(), StoreError> {
        self.usable()?;
        let log = self.logs.remove(&id).ok_or(StoreError::UnknownGroup(id))?;
        self.staged.retain(|(group, _)| *group != id);
        self.push(id, Change::Remove);
        self.cleanups.push_back((self.next_round, Cleanup::Folder(log.dir.clone())));
        Ok(())
    }

    /// Takes one group's writes of this round: visible to reads at once, durable when the round
    /// is. Entries that begin at or below the last index cut the log there first (Raft's conflict
    /// rule).
    ///
    /// # Errors
    /// `BadEntry` (nothing was taken), `UnknownGroup`, `Poisoned`, `Io` (poisons the store).
    pub fn stage(
        &mut self,
        id: GroupId,
        entries: Vec<LogEntry>,
        hard: Option<HardState>,
    ) -> Result<(), StoreError> {
        self.usable()?;
        let disk = self.disk.clone();
        let log = self.logs.get_mut(&id).ok_or(StoreError::UnknownGroup(id))?;
        let headers = log.check(&entries)?;
        if let Some(first) = entries.first() {
            let mark = CutMark { index: first.index, round: self.next_round };
            let written = log
                .mark_cut(&*disk, mark, self.done_round)
                .and_then(|()| log.truncate(&*disk, first.index))
                .and_then(|()| log.append(&*disk, &entries, &headers));
            self.guard(written)?;
        }
        if let Some(hard) = hard {
            self.logs.get_mut(&id).expect("it is there").hard = hard;
            self.push(id, Change::Hard(hard));
        }
        for entry in entries {
            self.tail.push_back((id, entry.index, entry.batch.len()));
            self.tail_bytes += entry.batch.len();
            self.push(id, Change::Append(entry));
        }
        self.evict();
        Ok(())
    }

    fn evict(&mut self) {
        while self.tail_bytes > self.config.tail_cache_bytes {
            let Some((group, index, bytes)) = self.tail.pop_front() else { break };
            self.tail_bytes -= bytes;
            if let Some(log) = self.logs.get_mut(&group) {
                log.evict(index);
            }
        }
    }

    /// Replaces a group's log by an empty one that begins at `start` (a follower that is behind
    /// the leader's start, or a damaged log).
    ///
    /// # Errors
    /// `UnknownGroup`, `Poisoned`, `Io`.
    pub fn reset_group(
        &mut self,
        id: GroupId,
        start: LogStart,
        hard: HardState,
    ) -> Result<(), StoreError> {
        self.usable()?;
        let disk = self.disk.clone();
        let log = self.logs.get_mut(&id).ok_or(StoreError::UnknownGroup(id))?;
        log.hard = hard;
        log.settled_in = self.next_round;
        // Their names may be used again: what the reset removes must not be removed once more.
        let dir = log.dir.clone();
        self.cleanups.retain(|(_, cleanup)| match cleanup {
            Cleanup::Segment(segment) => segment.path.parent() != Some(&dir),
            Cleanup::Folder(_) => true,
        });
        let done = log.reset(&*disk, start.clone());
        self.guard(done)?;
        self.push(id, Change::Reset(start, hard));
        Ok(())
    }

    /// Moves a log's start forward with its owner's new state; whole segments before it go.
    /// Nothing happens when the log begins there or later already.
    ///
    /// # Errors
    /// `BadEntry` for a start behind the last index, `UnknownGroup`, `Poisoned`.
    pub fn truncate_prefix(&mut self, id: GroupId, start: LogStart) -> Result<(), StoreError> {
        self.usable()?;
        let log = self.logs.get(&id).ok_or(StoreError::UnknownGroup(id))?;
        if start.index < log.start().index {
            return Ok(());
        }
        if start.index > log.last_index() {
            let reason = format!("the log ends at {}", log.last_index());
            return Err(StoreError::BadEntry { group: id, index: start.index, reason });
        }
        let change = Change::Start(start.clone());
        self.move_start(id, start, change);
        Ok(())
    }

    pub(crate) fn move_start(&mut self, id: GroupId, start: LogStart, change: Change) {
        let log = self.logs.get_mut(&id).expect("checked by the caller");
        let gone = log.advance(start);
        self.push(id, change);
        let round = self.next_round;
        self.cleanups.extend(gone.into_iter().map(|s| (round, Cleanup::Segment(s))));
    }

    pub(crate) fn push(&mut self, id: GroupId, change: Change) {
        self.staged_bytes += match &change {
            Change::Append(entry) => 32 + entry.batch.len() as u64,
            Change::Start(start) | Change::Reset(start, _) => 96 + start.app.len() as u64,
            _ => 96,
        };
        self.staged.push((id, change));
    }

    /// Whether a start anew brings back all that was staged of a group, as long as the operating
    /// system has not lost what was written: its entries are in the segments, and no change that
    /// only the journal knows stands before them.
    pub fn outlives_process(&self, id: GroupId) -> bool {
        self.logs.get(&id).is_some_and(|log| log.settled_in <= self.done_round)
    }

    /// Bytes that are staged or in the round in flight: what a loss of power may take.
    pub fn unsynced_bytes(&self) -> u64 {
        self.staged_bytes + self.round_bytes
    }

    /// Whether there is something for a round.
    pub fn has_staged(&self) -> bool {
        !self.staged.is_empty()
    }

    /// Everything staged since the last call as one journal write. Only one round may be in
    /// flight: call again after `round_done`.
    ///
    /// # Errors
    /// `Poisoned`, `Io` (a new journal file could not be made).
    pub fn take_round(&mut self) -> Result<Option<Round>, StoreError> {
        self.usable()?;
        if self.staged.is_empty() {
            return Ok(None);
        }
        let limit = self.config.journal_bytes;
        let full = self.journal.written_bytes() + self.staged_bytes > limit;
        // The first file of a store's life is not prepared; it is left as soon as one is.
        let better = !self.journal.is_prepared(limit)
            && self.retired.is_empty()
            && self.spare.last().is_some_and(|spare| spare.is_prepared(limit));
        let staged = std::mem::take(&mut self.staged);
        self.round_bytes = std::mem::take(&mut self.staged_bytes);
        if full || better {
            let begun = self.begin_journal();
            self.guard(begun)?;
            return Ok(Some(self.lay_out_with_baseline(staged)));
        }
        Ok(Some(self.lay_out(staged)))
    }

    fn lay_out(&mut self, staged: Vec<(GroupId, Change)>) -> Round {
        if self.journal.is_fresh() {
            return self.lay_out_with_baseline(staged);
        }
        let round = self.journal.round(self.next_round, &staged, &self.poisoned);
        self.next_round += 1;
        round
    }

    fn lay_out_with_baseline(&mut self, staged: Vec<(GroupId, Change)>) -> Round {
        let mut changes: Vec<(GroupId, Change)> = Vec::with_capacity(self.logs.len());
        for id in self.groups() {
            let log = &self.logs[&id];
            let start = LogStart { app: Bytes::new(), ..log.start() };
            let (meta, hard, last_index) = (log.meta, log.hard, log.last_index());
            changes.push((id, Change::Baseline { meta, hard, start, last_index }));
        }
        changes.extend(staged);
        self.baseline_round = self.next_round;
        let round = self.journal.round(self.next_round, &changes, &self.poisoned);
        self.next_round += 1;
        round
    }

    /// Switches to a new journal file.
    fn begin_journal(&mut self) -> Result<(), StoreError> {
        if self.journal.seq != 0 {
            if self.retired.len() >= RETIRED_MAX && !self.checkpoint_out {
                tracing::warn!(dir = %self.dir.display(), "journal full: checkpoint on the path");
                self.checkpoint_now()?;
            }
            let next = match self.spare.pop() {
                Some(file) => file,
                None => self.new_journal_file("")?,
            };
            let full = std::mem::replace(&mut self.journal, next);
            self.retired.push(full);
        }
        self.journal.activate(self.next_journal_seq)?;
        self.next_journal_seq += 1;
        Ok(())
    }

    /// `what` keeps a spare's name apart from that of a file which is needed while the spare is
    /// being prepared.
    fn new_journal_file(&self, what: &str) -> Result<JournalFile, StoreError> {
        let name = format!("{:06}{what}.wal", self.next_journal_seq);
        JournalFile::create(&*self.disk, &self.dir.join("journal"), &name)
    }

    /// The round is on the disk: files that it made superfluous go.
    ///
    /// # Errors
    /// `Io` from removing files.
    pub fn round_done(&mut self, seq: u64) -> Result<(), StoreError> {
        self.done_round = seq;
        self.round_bytes = 0;
        while self.cleanups.front().is_some_and(|(round, _)| *round <= seq) {
            let (_, cleanup) = self.cleanups.pop_front().expect("just seen");
            let done = match cleanup {
                Cleanup::Segment(segment) => segment.remove(&*self.disk),
                Cleanup::Folder(dir) => {
                    let gone = self.disk.remove_dir_all(&dir);
                    gone.map_err(StoreError::io("remove", &dir))
                }
            };
            self.guard(done)?;
        }
        Ok(())
    }

    /// Work that may run on another thread while rounds go on: syncs the segments, frees full
    /// journal files and prepares the next one. None while there is nothing of that to do or one is
    /// out already; files are freed when the baseline that takes their place is durable.
    pub fn take_checkpoint(&mut self) -> Option<CheckpointJob> {
        let replaced = self.done_round >= self.baseline_round;
        if self.checkpoint_out || self.is_poisoned() {
            return None;
        }
        if !self.retired.is_empty() && replaced {
            self.checkpoint_out = true;
            let retired = std::mem::take(&mut self.retired);
            return Some(CheckpointJob::new(self, retired, self.poisoned.clone()));
        }
        if !self.retired.is_empty() {
            return None;
        }
        let spare = match self.spare.pop() {
            Some(spare) if spare.is_prepared(self.config.journal_bytes) => {
                self.spare.push(spare);
                return None;
            }
            Some(spare) => Ok(spare),
            None => self.new_journal_file("-spare"),
        };
        match spare {
            Ok(spare) => {
                self.checkpoint_out = true;
                Some(CheckpointJob::preparing(self, Some(spare), self.poisoned.clone()))
            }
            Err(error) => {
                // Nothing is lost by it: the next file is made when it is needed, or not.
                tracing::warn!(%error, "cannot prepare a journal file");
                None
            }
        }
    }

    pub(crate) fn journal_bytes(&self) -> u64 {
        self.config.journal_bytes
    }

    /// Takes a finished checkpoint back.
    ///
    /// # Errors
    /// What the checkpoint met; the store is poisoned then.
    pub fn checkpoint_done(&mut self, job: CheckpointJob) -> Result<(), StoreError> {
        self.checkpoint_out = false;
        let freed = job.finish(&*self.disk)?;
        self.spare.extend(freed);
        while self.spare.len() > 1 {
            let extra = self.spare.pop().expect("more than one");
            let removed = self.disk.remove_file(&extra.path);
            self.guard(removed.map_err(StoreError::io("remove", &extra.path)))?;
        }
        Ok(())
    }

    /// A checkpoint on this thread. Never while another is out: files are freed in order only.
    pub(crate) fn checkpoint_now(&mut self) -> Result<(), StoreError> {
        assert!(!self.checkpoint_out, "one checkpoint at a time");
        let retired = std::mem::take(&mut self.retired);
        let mut job = CheckpointJob::new(self, retired, self.poisoned.clone());
        job.run();
        self.checkpoint_done(job)
    }

    /// Segments that will be removed when a round is durable.
    pub(crate) fn leaving_segments(&self) -> Vec<Arc<Segment>> {
        let segment = |cleanup: &(u64, Cleanup)| match &cleanup.1 {
            Cleanup::Segment(segment) => Some(segment.clone()),
            Cleanup::Folder(_) => None,
        };
        self.cleanups.iter().filter_map(segment).collect()
    }

    /// Ends in order: writes what is staged and syncs everything, so that the next start replays
    /// nothing. No round may be in flight.
    ///
    /// # Errors
    /// `Poisoned`, `Io`.
    ///
    /// # Panics
    /// When a checkpoint is out: give it back first.
    pub fn flush_and_close(mut self) -> Result<(), StoreError> {
        self.usable()?;
        let staged = std::mem::take(&mut self.staged);
        let begun = self.begin_journal();
        self.guard(begun)?;
        let round = self.lay_out_with_baseline(staged);
        round.write_and_sync()?;
        self.round_done(round.seq())?;
        self.checkpoint_now()
    }
}
