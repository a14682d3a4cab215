//! One group's log as its owner sees it: appending, cutting, closing segments.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use bytes::{BufMut, Bytes, BytesMut};
use headrace_env::{Disk, OpenMode};
use headrace_wire::batch::BatchHeader;

use crate::reader::{LogReader, State, TailBatch};
use crate::segment::{Body, Header, Segment, TermMark};
use crate::types::{HardState, LogConfig, LogEntry, LogMeta, LogStart};
use crate::{clean, codec};
use crate::{GroupId, StoreError};

/// The start and its owner's state, once it has left the journal.
const START_FILE: &str = "start";
/// The last cut; see [`CutMark`].
const CUT_FILE: &str = "cut";

/// A conflict cuts the log from `index` on, and `round` makes it durable. It is written down before
/// the first byte goes: entries from there on were never committed, so a crash that loses the round
/// but not the cut has damaged nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CutMark {
    pub(crate) index: u64,
    pub(crate) round: u64,
}

/// A group's log. Reads are those of [`LogReader`]; writes go through the store.
pub struct GroupLog {
    reader: LogReader,
    pub(crate) dir: PathBuf,
    pub(crate) meta: LogMeta,
    pub(crate) config: LogConfig,
    pub(crate) hard: HardState,
    /// Some segment, or the folder, has changes that no sync has covered.
    pub(crate) dirty: bool,
    /// The start changed since it was last written to its file.
    pub(crate) start_dirty: bool,
    /// Compaction has seen the keys of all records before this offset, beside those of segments
    /// that say so themselves.
    pub(crate) cleaned_before: i64,
    cut: Option<CutMark>,
    /// Until this round is durable, a start anew may take back what was staged: the group may be
    /// unknown to the journal, reset, or cut by a mark.
    pub(crate) settled_in: u64,
}

impl std::fmt::Debug for GroupLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GroupLog({})", self.reader.group)
    }
}

impl Deref for GroupLog {
    type Target = LogReader;

    fn deref(&self) -> &LogReader {
        &self.reader
    }
}

/// What opening found.
#[derive(Debug, Default)]
pub(crate) struct OpenedGroup {
    pub(crate) torn_bytes: u64,
    /// Why reading stopped before the last file's end.
    pub(crate) reason: Option<String>,
    /// Files that were not taken in because one before them stopped the reading.
    pub(crate) stale: Vec<PathBuf>,
    pub(crate) cut: Option<CutMark>,
}

impl GroupLog {
    /// An empty log in `dir`, which is made.
    pub(crate) fn create(
        disk: &dyn Disk,
        group: GroupId,
        dir: PathBuf,
        meta: LogMeta,
        config: LogConfig,
    ) -> Result<GroupLog, StoreError> {
        disk.create_dir_all(&dir).map_err(StoreError::io("create", &dir))?;
        let state = State {
            start: LogStart::default(),
            segments: Vec::new(),
            terms: Vec::new(),
            last_index: 0,
            end_offset: 0,
            tail: Default::default(),
        };
        let reader = LogReader { group, state: Arc::new(RwLock::new(state)) };
        let hard = HardState::default();
        Ok(GroupLog {
            reader,
            dir,
            meta,
            config,
            hard,
            dirty: true,
            start_dirty: false,
            cleaned_before: 0,
            cut: None,
            settled_in: 0,
        })
    }

    /// Opens what is on disk: the start file and every segment that follows without a gap. What
    /// lies wholly before the start is removed unread; `choose_start` gets the file's.
    pub(crate) fn open(
        disk: &dyn Disk,
        group: GroupId,
        dir: PathBuf,
        meta: LogMeta,
        config: LogConfig,
        choose_start: impl FnOnce(Option<LogStart>) -> LogStart,
    ) -> Result<(GroupLog, OpenedGroup), StoreError> {
        let mut log = GroupLog::create(disk, group, dir, meta, config)?;
        let mut opened = OpenedGroup { cut: log.read_cut(disk), ..OpenedGroup::default() };
        let stored = log.read_start(disk);
        let start = choose_start(stored.clone());
        let start_index = start.index;
        let start_dirty = start != stored.unwrap_or_default();
        log.set_empty(start.clone());
        let names = disk.list(&log.dir).map_err(StoreError::io("list", &log.dir))?;
        clean::remove_leftovers(disk, &log.dir, &names)?;
        let names: Vec<&String> = names.iter().filter(|name| name.ends_with(".log")).collect();
        let base = |name: &str| name.get(21..41).and_then(|digits| digits.parse::<u64>().ok());
        let kept = names
            .windows(2)
            .take_while(|pair| base(pair[1]).is_some_and(|next| next <= start_index + 1));
        let (behind, names) = names.split_at(kept.count());
        for name in behind {
            let path = log.dir.join(name);
            disk.remove_file(&path).map_err(StoreError::io("remove", &path))?;
        }
        let mut next_index = None;
        for name in names {
            let path = log.dir.join(name);
            if opened.reason.is_some() {
                opened.stale.push(path);
                continue;
            }
            let interval = log.config.index_interval_bytes;
            let found = match Segment::open(disk, &path, meta, interval) {
                Ok(found) => found,
                Err(error @ StoreError::Io { .. }) => return Err(error),
                Err(error) => {
                    opened.reason = Some(error.to_string());
                    opened.stale.push(path);
                    continue;
                }
            };
            let (segment, scan) = found;
            if next_index.is_some_and(|next| next != segment.header.base_index) {
                let reason = format!("{} does not follow the segment before", path.display());
                opened.reason = Some(reason);
                opened.stale.push(path);
                continue;
            }
            next_index = Some(segment.next_index());
            opened.torn_bytes += scan.torn_bytes;
            opened.reason = scan.reason;
            log.push_segment(segment);
        }
        // The last file's end is known only now: it too may lie before the start.
        for segment in log.advance(start) {
            segment.remove(disk)?;
        }
        log.start_dirty = start_dirty;
        log.dirty = log.with(|s| s.segments.iter().any(|segment| segment.is_dirty()));
        Ok((log, opened))
    }

    fn push_segment(&mut self, segment: Segment) {
        let (next_index, next_offset, terms) =
            segment.with(|body| (body.next_index, body.next_offset, body.terms.clone()));
        let mut state = self.write();
        for term in terms {
            if state.terms.last().is_none_or(|last| last.term != term.term) {
                state.terms.push(term);
            }
        }
        if next_index > state.last_index + 1 {
            state.last_index = next_index - 1;
            state.end_offset = next_offset;
        }
        state.segments.push(Arc::new(segment));
    }

    fn write(&mut self) -> std::sync::RwLockWriteGuard<'_, State> {
        self.reader.state.write().expect("no panic holds this lock")
    }

    fn set_empty(&mut self, start: LogStart) {
        let mut state = self.write();
        state.last_index = start.index;
        state.end_offset = start.offset;
        state.start = start;
        state.segments.clear();
        state.terms.clear();
        state.tail.clear();
    }

    /// A reader for other threads.
    pub fn reader(&self) -> LogReader {
        self.reader.clone()
    }

    /// Raft's hard state, staged or durable.
    pub fn hard_state(&self) -> HardState {
        self.hard
    }

    /// Checks that entries follow the log (or a part of it) and are sound batches.
    pub(crate) fn check(&self, entries: &[LogEntry]) -> Result<Vec<BatchHeader>, StoreError> {
        let Some(first) = entries.first() else { return Ok(Vec::new()) };
        let bad = |index, reason: String| StoreError::BadEntry { group: self.group, index, reason };
        if first.index < self.first_index() || first.index > self.last_index() + 1 {
            let range = format!("the log holds {} to {}", self.first_index(), self.last_index());
            return Err(bad(first.index, range));
        }
        let mut offset = self.end_offset_at(first.index - 1);
        let mut headers = Vec::with_capacity(entries.len());
        for (entry, index) in entries.iter().zip(first.index..) {
            let header = BatchHeader::parse(&entry.batch).map_err(|e| bad(index, e.to_string()))?;
            if entry.index != index || header.size_bytes != entry.batch.len() {
                return Err(bad(entry.index, "entries or batches are not back to back".into()));
            }
            if header.base_offset != offset || header.leader_epoch as u64 != entry.term {
                let reason = format!(
                    "batch has offset {} and epoch {}, expected {offset} and {}",
                    header.base_offset, header.leader_epoch, entry.term
                );
                return Err(bad(index, reason));
            }
            offset = header.next_offset();
            headers.push(header);
        }
        Ok(headers)
    }

    /// Appends entries that [`GroupLog::check`] has passed.
    pub(crate) fn append(
        &mut self,
        disk: &dyn Disk,
        entries: &[LogEntry],
        headers: &[BatchHeader],
    ) -> Result<(), StoreError> {
        let mut from = 0;
        while from < entries.len() {
            let segment = self.segment_for(disk, &headers[from], &entries[from])?;
            let mut len = segment.len();
            let fits = headers[from..].iter().skip(1).take_while(|header| {
                len += header.size_bytes as u64;
                len + header.size_bytes as u64 <= self.config.segment_bytes
            });
            let to = from + 1 + fits.count();
            let parts: Vec<Bytes> = entries[from..to].iter().map(|e| e.batch.clone()).collect();
            segment.append(&parts, &headers[from..to])?;
            from = to;
        }
        self.dirty = true;
        let mut state = self.write();
        for (entry, header) in entries.iter().zip(headers) {
            if state.terms.last().is_none_or(|last| last.term != entry.term) {
                let (term, index, offset) = (entry.term, entry.index, header.base_offset);
                state.terms.push(TermMark { term, index, offset });
            }
            state.last_index = entry.index;
            state.end_offset = header.next_offset();
            let (index, batch) = (entry.index, entry.batch.clone());
            state.tail.push_back(TailBatch { index, header: *header, batch });
        }
        Ok(())
    }

    /// The segment that takes the next batch; a new one when the last is full or there is none.
    fn segment_for(
        &mut self,
        disk: &dyn Disk,
        header: &BatchHeader,
        entry: &LogEntry,
    ) -> Result<Arc<Segment>, StoreError> {
        let last = self.with(|state| state.segments.last().cloned());
        if let Some(segment) = last {
            let (len, empty, next_offset) =
                segment.with(|b| (b.len, b.next_index == segment.header.base_index, b.next_offset));
            let fits = empty || len + header.size_bytes as u64 <= self.config.segment_bytes;
            // What is new was not compacted: a segment that was takes it no more.
            let raw = segment.header.cleaned_ms == 0;
            // Before the log's start a crash may have left entries of before a cut.
            if fits && raw && next_offset == header.base_offset {
                return Ok(segment);
            }
        }
        self.new_segment(disk, header.base_offset, entry.index, entry.term)
    }

    fn new_segment(
        &mut self,
        disk: &dyn Disk,
        base_offset: i64,
        base_index: u64,
        base_term: u64,
    ) -> Result<Arc<Segment>, StoreError> {
        let meta = self.meta;
        let header = Header { meta, base_offset, base_index, base_term, cleaned_ms: 0 };
        let interval = self.config.index_interval_bytes;
        let segment = Arc::new(Segment::create(disk, &self.dir, header, interval)?);
        self.write().segments.push(segment.clone());
        self.dirty = true;
        Ok(segment)
    }

    /// Closes the active segment, so that retention can take it: the next batch opens a new one.
    pub(crate) fn roll(&mut self, disk: &dyn Disk) -> Result<(), StoreError> {
        let (index, offset, term) = (self.last_index() + 1, self.end_offset(), self.last_term());
        self.new_segment(disk, offset, index, term).map(|_| ())
    }

    /// Cuts the log so that `index` is the next entry. Nothing happens when it is.
    pub(crate) fn truncate(&mut self, disk: &dyn Disk, index: u64) -> Result<(), StoreError> {
        if index > self.last_index() {
            return Ok(());
        }
        let mut segments = self.with(|state| state.segments.clone());
        while let Some(last) = segments.last() {
            if last.header.base_index < index || segments.len() == 1 {
                break;
            }
            last.remove(disk)?;
            segments.pop();
            // Their names may be used again before the next checkpoint.
            disk.sync_dir(&self.dir).map_err(StoreError::io("sync", &self.dir))?;
        }
        let last = segments.last().expect("a log with entries has a segment");
        last.truncate(disk, index.max(last.header.base_index))?;
        let (next_index, next_offset) = last.with(|body| (body.next_index, body.next_offset));
        self.dirty = true;
        let mut state = self.write();
        state.segments = segments;
        state.terms.retain(|term| term.index < index);
        state.last_index = next_index - 1;
        state.end_offset = next_offset;
        while state.tail.back().is_some_and(|batch| batch.index >= index) {
            state.tail.pop_back();
        }
        Ok(())
    }

    /// Replaces the log by an empty one that begins at `start`.
    pub(crate) fn reset(&mut self, disk: &dyn Disk, start: LogStart) -> Result<(), StoreError> {
        let names = disk.list(&self.dir).map_err(StoreError::io("list", &self.dir))?;
        for name in names.iter().filter(|name| name.as_str() != START_FILE) {
            let path = self.dir.join(name);
            disk.remove_file(&path).map_err(StoreError::io("remove", &path))?;
        }
        disk.sync_dir(&self.dir).map_err(StoreError::io("sync", &self.dir))?;
        self.set_empty(start);
        self.dirty = true;
        self.start_dirty = true;
        self.cleaned_before = 0;
        self.cut = None;
        Ok(())
    }

    /// Puts a compacted file in the place of a closed segment's, durably; false if that is not
    /// there any more as it was. Either file is a sound answer to recovery, so that the moment of
    /// the rename does not matter; but the old side file must be gone for good before.
    pub(crate) fn replace(
        &mut self,
        disk: &dyn Disk,
        old: &Arc<Segment>,
        cuts: u64,
        new: Segment,
    ) -> Result<bool, StoreError> {
        let at = self.with(|s| s.segments.iter().position(|segment| Arc::ptr_eq(segment, old)));
        let at = at.filter(|_| old.cuts() == cuts);
        let Some(at) = at else {
            // After a reset the file is gone with the others.
            let _ = disk.remove_file(&Segment::rewrite_path(&new.path));
            return Ok(false);
        };
        old.forget_side(disk)?;
        let renamed = disk.rename(&Segment::rewrite_path(&new.path), &new.path);
        renamed.map_err(StoreError::io("rename", &new.path))?;
        disk.sync_dir(&self.dir).map_err(StoreError::io("sync", &self.dir))?;
        new.write_side(disk, &new.body())?;
        let next_index = new.next_index();
        let mut state = self.write();
        state.segments[at] = Arc::new(new);
        // Readers of the newest batches in memory shall not find what is gone.
        while state.tail.front().is_some_and(|batch| batch.index < next_index) {
            state.tail.pop_front();
        }
        Ok(true)
    }

    /// Before a cut: writes the mark durably. Nothing happens when nothing will be cut.
    pub(crate) fn mark_cut(
        &mut self,
        disk: &dyn Disk,
        mut mark: CutMark,
        done_round: u64,
    ) -> Result<(), StoreError> {
        if mark.index > self.last_index() {
            return Ok(());
        }
        // One mark stands for all cuts that are not durable yet.
        if let Some(before) = self.cut.filter(|before| before.round > done_round) {
            mark.index = mark.index.min(before.index);
        }
        self.settled_in = mark.round;
        if self.cut != Some(mark) {
            let mut out = BytesMut::new();
            out.put_u64(mark.index);
            out.put_u64(mark.round);
            self.side_file(CUT_FILE, codec::sealed(out)).write(disk)?;
            disk.sync_dir(&self.dir).map_err(StoreError::io("sync", &self.dir))?;
            self.cut = Some(mark);
        }
        Ok(())
    }

    /// Recovery has used the mark; what is cut from now on gets another.
    pub(crate) fn forget_cut(&mut self, disk: &dyn Disk) -> Result<(), StoreError> {
        let path = self.dir.join(CUT_FILE);
        self.dirty = true;
        disk.remove_file(&path).map_err(StoreError::io("remove", &path))
    }

    fn read_cut(&self, disk: &dyn Disk) -> Option<CutMark> {
        let mut data = self.read_file(disk, CUT_FILE)?;
        Some(CutMark { index: codec::u64(&mut data).ok()?, round: codec::u64(&mut data).ok()? })
    }

    /// Moves the start forward and returns the segments that lie wholly before it. Their files
    /// may be removed once the move is durable.
    pub(crate) fn advance(&mut self, start: LogStart) -> Vec<Arc<Segment>> {
        self.start_dirty = true;
        let mut state = self.write();
        if start.index >= state.last_index {
            state.last_index = start.index;
            state.end_offset = start.offset;
            state.tail.clear();
            // A crash may have left entries of before a cut there, with their terms.
            state.terms.clear();
            let (term, index, offset) = (start.term, start.index + 1, start.offset);
            state.terms.extend((term > 0).then_some(TermMark { term, index, offset }));
        }
        while state.tail.front().is_some_and(|batch| batch.index <= start.index) {
            state.tail.pop_front();
        }
        let behind = |segment: &Arc<Segment>| segment.next_index() <= start.index + 1;
        let mut gone = state.segments.iter().take_while(|s| behind(s)).count();
        let reaches = state.segments.last().is_some_and(|s| s.next_index() == start.index + 1);
        if gone == state.segments.len() && reaches {
            // The last one stays: the next entry goes there.
            gone = gone.saturating_sub(1);
        }
        let gone = state.segments.drain(..gone).collect();
        let first = start.index + 1;
        let before = state.terms.partition_point(|term| term.index <= first);
        state.terms.drain(..before.saturating_sub(1));
        if let Some(term) = state.terms.first_mut().filter(|term| term.index < first) {
            term.index = first;
            term.offset = start.offset;
        }
        state.start = start;
        gone
    }

    /// Drops the oldest batch from memory if it is the one at `index`; returns its size.
    pub(crate) fn evict(&mut self, index: u64) -> usize {
        let mut state = self.write();
        let oldest = state.tail.front().is_some_and(|batch| batch.index == index);
        let gone = if oldest { state.tail.pop_front() } else { None };
        gone.map_or(0, |batch| batch.batch.len())
    }

    /// The segments with their present content, for a checkpoint.
    pub(crate) fn bodies(&self) -> Vec<(Arc<Segment>, Body)> {
        self.with(|s| s.segments.iter().map(|segment| (segment.clone(), segment.body())).collect())
    }

    fn read_start(&self, disk: &dyn Disk) -> Option<LogStart> {
        codec::start(&mut self.read_file(disk, START_FILE)?).ok()
    }

    /// A small file's content, if it is there and sound.
    fn read_file(&self, disk: &dyn Disk, name: &str) -> Option<Bytes> {
        let file = disk.open(&self.dir.join(name), OpenMode::Read).ok()?;
        let mut data = vec![0; usize::try_from(file.len().ok()?).ok()?];
        file.read_exact_at(&mut data, 0).ok()?;
        codec::unsealed(Bytes::from(data)).ok()
    }

    /// The start as its file will hold it.
    pub(crate) fn start_file(&self) -> SmallFile {
        let mut out = BytesMut::new();
        codec::put_start(&mut out, &self.start());
        self.side_file(START_FILE, codec::sealed(out))
    }

    fn side_file(&self, name: &'static str, content: Bytes) -> SmallFile {
        SmallFile { dir: self.dir.clone(), name, content }
    }
}

/// A small file that waits to be written whole.
pub(crate) struct SmallFile {
    dir: PathBuf,
    name: &'static str,
    content: Bytes,
}

impl SmallFile {
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes, syncs and renames; the folder is synced by the caller.
    pub(crate) fn write(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        let path = self.dir.join(self.name);
        let temporary = path.with_extension("tmp");
        let write = || {
            let file = disk.open(&temporary, OpenMode::Create)?;
            file.set_len(0)?;
            file.write_all_at(&self.content, 0)?;
            file.sync_data()?;
            disk.rename(&temporary, &path)
        };
        write().map_err(StoreError::io("write", &path))
    }
}

/// The folder of a group below a store's.
pub(crate) fn group_dir(store: &Path, group: GroupId) -> PathBuf {
    store.join("groups").join(format!("{group:016x}"))
}
