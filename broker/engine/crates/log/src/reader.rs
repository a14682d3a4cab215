//! Reading a group's log, from any thread: the tail from memory, the rest from its segments.

use std::collections::VecDeque;
use std::sync::{Arc, RwLock};

use bytes::{Bytes, BytesMut};
use headrace_wire::batch::BatchHeader;
use headrace_wire::scan::{RecordHead, Scan};

use crate::segment::{Segment, TermMark};
use crate::types::{LogSlice, LogStart, TimestampedOffset};
use crate::{GroupId, LogEntry, ReadError, StoreError};

/// Bytes a cold read takes from the disk at once: at least, and at most.
const CHUNK_BYTES_MIN: usize = 64 << 10;
const CHUNK_BYTES_MAX: usize = 8 << 20;
/// For walks that look for one batch.
const SEEK_CHUNK_BYTES: usize = 64 << 10;

/// A batch of the tail, in memory.
#[derive(Clone)]
pub(crate) struct TailBatch {
    pub(crate) index: u64,
    pub(crate) header: BatchHeader,
    pub(crate) batch: Bytes,
}

/// A log's content as its owner published it last.
pub(crate) struct State {
    pub(crate) start: LogStart,
    /// In order; the last one is appended to.
    pub(crate) segments: Vec<Arc<Segment>>,
    /// The first entry of each term that is still in a segment.
    pub(crate) terms: Vec<TermMark>,
    pub(crate) last_index: u64,
    pub(crate) end_offset: i64,
    /// The newest batches, without gaps up to `last_index`; may be empty.
    pub(crate) tail: VecDeque<TailBatch>,
}

impl State {
    fn last_term(&self) -> u64 {
        self.terms.last().map_or(self.start.term, |t| t.term.max(self.start.term))
    }

    fn term_at(&self, index: u64) -> Option<u64> {
        if index == self.start.index {
            return Some(self.start.term);
        }
        if index < self.start.index || index > self.last_index {
            return None;
        }
        let at = self.terms.partition_point(|t| t.index <= index);
        Some(at.checked_sub(1).map_or(self.start.term, |at| self.terms[at].term))
    }

    fn tail_at(&self, index: u64) -> Option<&TailBatch> {
        let first = self.tail.front()?.index;
        self.tail.get(usize::try_from(index.checked_sub(first)?).ok()?)
    }

    /// The segments that may hold entries at or after an index.
    fn since_index(&self, index: u64) -> Vec<Arc<Segment>> {
        let at = self.segments.partition_point(|s| s.header.base_index <= index);
        self.segments[at.saturating_sub(1)..].to_vec()
    }

    fn since_offset(&self, offset: i64) -> Vec<Arc<Segment>> {
        // Several segments may begin at one offset when some hold Raft-only batches alone.
        let at = self.segments.partition_point(|s| s.header.base_offset < offset);
        let exact = self.segments.get(at).is_some_and(|s| s.header.base_offset == offset);
        self.segments[if exact { at } else { at.saturating_sub(1) }..].to_vec()
    }
}

/// Reads one group's log. Cheap to clone; stays valid until the group is removed, also across
/// truncation and reset.
#[derive(Clone)]
pub struct LogReader {
    pub(crate) group: GroupId,
    pub(crate) state: Arc<RwLock<State>>,
}

impl std::fmt::Debug for LogReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogReader({})", self.group)
    }
}

impl LogReader {
    pub(crate) fn with<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.read().expect("no panic holds this lock"))
    }

    /// The oldest index in the log; `last_index() + 1` when it is empty.
    pub fn first_index(&self) -> u64 {
        self.with(|s| s.start.index + 1)
    }

    /// The newest index; the start's when the log is empty.
    pub fn last_index(&self) -> u64 {
        self.with(|s| s.last_index)
    }

    /// The newest entry's term; the start's when the log is empty.
    pub fn last_term(&self) -> u64 {
        self.with(State::last_term)
    }

    /// The term at `index`, for `first_index() - 1 ..= last_index()`.
    pub fn term_at(&self, index: u64) -> Option<u64> {
        self.with(|s| s.term_at(index))
    }

    /// Where the log begins, with its owner's state.
    pub fn start(&self) -> LogStart {
        self.with(|s| s.start.clone())
    }

    /// The first record's offset.
    pub fn start_offset(&self) -> i64 {
        self.with(|s| s.start.offset)
    }

    /// The offset that the next record gets.
    pub fn end_offset(&self) -> i64 {
        self.with(|s| s.end_offset)
    }

    /// Bytes of all segments.
    pub fn size_bytes(&self) -> u64 {
        self.with(|s| s.segments.iter().map(|segment| segment.len()).sum())
    }

    /// The offset after the batch at `index`, for `first_index() - 1 ..= last_index()`; clamped
    /// to what the log holds.
    pub fn end_offset_at(&self, index: u64) -> i64 {
        let (known, segments) = self.with(|s| {
            let known = if index >= s.last_index {
                Some(s.end_offset)
            } else if index <= s.start.index {
                Some(s.start.offset)
            } else {
                s.tail_at(index).map(|t| t.header.next_offset())
            };
            let first = known
                .is_none()
                .then(|| s.since_index(index))
                .and_then(|all| all.into_iter().next());
            (known, first)
        });
        let cold = || {
            let (mut at, mut walker) = segments?.walk(|mark| mark.index <= index, SEEK_CHUNK_BYTES);
            loop {
                let found = walker.next().ok()??;
                if at == index {
                    return Some(found.header.next_offset());
                }
                at += 1;
            }
        };
        // Unreadable bytes show as an error where they are read; here the start is the safe answer.
        known.or_else(cold).unwrap_or_else(|| self.start_offset())
    }

    /// The index of the batch that holds `offset`.
    pub fn index_of_offset(&self, offset: i64) -> Option<u64> {
        let segments = self.with(|s| {
            let inside = offset >= s.start.offset && offset < s.end_offset;
            inside.then(|| s.since_offset(offset))
        })?;
        for segment in segments {
            let (mut at, mut walker) = segment.walk(|mark| mark.offset <= offset, SEEK_CHUNK_BYTES);
            while let Some(found) = walker.next().ok()? {
                if found.header.next_offset() > offset {
                    return Some(at);
                }
                at += 1;
            }
        }
        None
    }

    /// Entries `low..high`: at least one, then as many as fit into `max_bytes`.
    ///
    /// # Errors
    /// `Compacted` below the start; `Corrupt` or `Io` when they cannot be read.
    pub fn entries(
        &self,
        low: u64,
        high: u64,
        max_bytes: u64,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let mut out: Vec<LogEntry> = Vec::new();
        let mut taken_bytes = 0u64;
        let mut take = |out: &mut Vec<LogEntry>, index, header: &BatchHeader, batch: Bytes| {
            let fits = out.is_empty() || taken_bytes + batch.len() as u64 <= max_bytes;
            if index < high && fits {
                taken_bytes += batch.len() as u64;
                out.push(LogEntry { index, term: header.leader_epoch as u64, batch });
                return true;
            }
            false
        };
        if low <= self.with(|s| s.start.index) {
            return Err(StoreError::Compacted(self.group));
        }
        let (tail, segments) = self.with(|s| {
            let tail = s.tail_at(low).is_some();
            let mut index = low;
            while let Some(found) = s.tail_at(index).filter(|_| tail) {
                if !take(&mut out, index, &found.header, found.batch.clone()) {
                    break;
                }
                index += 1;
            }
            let cold = !tail && low <= s.last_index;
            (tail, if cold { s.since_index(low) } else { Vec::new() })
        });
        if tail {
            return Ok(out);
        }
        let chunk = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        let chunk = chunk.clamp(CHUNK_BYTES_MIN, CHUNK_BYTES_MAX);
        for segment in segments {
            let (mut at, mut walker) = segment.walk(|mark| mark.index <= low, chunk);
            while let Some(found) = walker.next()? {
                if at >= low && !take(&mut out, at, &found.header, found.batch) {
                    return Ok(out);
                }
                at += 1;
            }
        }
        Ok(out)
    }

    /// Batches from the one that holds `offset`, up to `max_bytes`, and none that reaches beyond
    /// `upto_offset` (exclusive: the high watermark, or the end). With `min_one` the first batch
    /// comes whatever its size (KIP-74). `offset == upto_offset` gives an empty slice.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(
        &self,
        offset: i64,
        max_bytes: usize,
        upto_offset: i64,
        min_one: bool,
    ) -> Result<LogSlice, ReadError> {
        let mut slice = Slice::new(offset, max_bytes, upto_offset, min_one);
        let segments = self.with(|s| {
            if offset < s.start.offset || offset > s.end_offset {
                return Err(ReadError::OutOfRange { start: s.start.offset, end: s.end_offset });
            }
            let hot = s.tail.front().is_some_and(|t| t.header.base_offset <= offset);
            if !hot {
                return Ok(if offset < s.end_offset { s.since_offset(offset) } else { Vec::new() });
            }
            let at = s.tail.partition_point(|t| t.header.next_offset() <= offset);
            for found in s.tail.range(at..) {
                if !slice.take(&found.header, &found.batch, None) {
                    break;
                }
            }
            Ok(Vec::new())
        })?;
        let chunk = max_bytes.clamp(CHUNK_BYTES_MIN, CHUNK_BYTES_MAX);
        for segment in segments {
            let (_, mut walker) = segment.walk(|mark| mark.offset <= offset, chunk);
            while let Some(found) = walker.next()? {
                let skip = found.header.next_offset() <= offset;
                if !skip && !slice.take(&found.header, &found.batch, Some(found.position)) {
                    return Ok(slice.done());
                }
            }
            slice.end_run();
        }
        Ok(slice.done())
    }

    /// The first record at or after a time, among those in `from_offset..upto_offset`.
    ///
    /// # Errors
    /// `Corrupt` or `Io`.
    pub fn offset_for_timestamp(
        &self,
        timestamp_ms: i64,
        from_offset: i64,
        upto_offset: i64,
    ) -> Result<Option<TimestampedOffset>, StoreError> {
        let (segments, start) =
            self.with(|s| (s.segments.clone(), s.start.offset.max(from_offset)));
        for segment in segments {
            if segment.with(|body| body.max_timestamp_ms) < timestamp_ms {
                continue;
            }
            let (_, mut walker) =
                segment.walk(|mark| mark.max_before_ms < timestamp_ms, SEEK_CHUNK_BYTES);
            while let Some(found) = walker.next()? {
                let header = found.header;
                let passed = header.base_offset >= upto_offset;
                if passed && !header.takes_no_offset() {
                    return Ok(None);
                }
                let candidate = !header.is_control()
                    && header.max_timestamp_ms >= timestamp_ms
                    && header.last_offset() >= start;
                if candidate {
                    let hit = first_record(&header, &found.batch, |record| {
                        record.timestamp_ms >= timestamp_ms && record.offset >= start
                    });
                    if hit.is_some() {
                        return Ok(hit.filter(|hit| hit.offset < upto_offset));
                    }
                }
            }
        }
        Ok(None)
    }

    /// The record with the largest time stamp in `from_offset..upto_offset` (the first of them).
    ///
    /// # Errors
    /// `Corrupt` or `Io`.
    pub fn max_timestamp(
        &self,
        from_offset: i64,
        upto_offset: i64,
    ) -> Result<Option<TimestampedOffset>, StoreError> {
        let (mut segments, start) =
            self.with(|s| (s.segments.clone(), s.start.offset.max(from_offset)));
        let mut best: Option<TimestampedOffset> = None;
        segments.sort_by_key(|s| -s.with(|body| body.max_timestamp_ms));
        for segment in segments {
            let most = segment.with(|body| body.max_timestamp_ms);
            if best.is_some_and(|best| best.timestamp_ms > most) {
                break;
            }
            let (_, mut walker) = segment.walk(|_| false, 1 << 20);
            while let Some(found) = walker.next()? {
                let header = found.header;
                let inside = header.base_offset < upto_offset && header.last_offset() >= start;
                let more = best.is_none_or(|best| header.max_timestamp_ms > best.timestamp_ms);
                if inside && more && !header.is_control() {
                    let at = header.max_timestamp_ms;
                    best = first_record(&header, &found.batch, |r| r.timestamp_ms >= at).or(best);
                }
            }
        }
        Ok(best)
    }

    /// The epoch of the record at `offset`, or of the last one before it, also if that was deleted;
    /// -1 when there never was one.
    pub fn epoch_at(&self, offset: i64) -> i32 {
        self.with(|s| {
            // An epoch that begins at the end has no records yet.
            let last = offset.min(s.end_offset - 1);
            let next = s.terms.partition_point(|t| t.offset <= last);
            let deleted = (s.start.offset > 0).then_some(s.start.term);
            let found = next.checked_sub(1).map(|at| s.terms[at].term).or(deleted);
            found.map_or(-1, |term| i32::try_from(term).unwrap_or(i32::MAX))
        })
    }

    /// KIP-320's look-up: the largest epoch not above `epoch` and the offset after its last
    /// record; (-1, -1) when the log knows no such epoch or `epoch` is above its newest.
    pub fn epoch_end_offset(&self, epoch: i32) -> (i32, i64) {
        self.with(|s| {
            let asked = u64::try_from(epoch).unwrap_or(0);
            if epoch < 0 || asked > s.last_term() {
                return (-1, -1);
            }
            let next = s.terms.partition_point(|t| t.term <= asked);
            let Some(found) = next.checked_sub(1).map(|at| s.terms[at]) else {
                return (-1, -1);
            };
            let end = s.terms.get(next).map_or(s.end_offset, |t| t.offset);
            (i32::try_from(found.term).unwrap_or(i32::MAX), end.max(s.start.offset))
        })
    }
}

/// The first record of a batch that suits.
fn first_record(
    header: &BatchHeader,
    batch: &[u8],
    suits: impl Fn(&RecordHead) -> bool,
) -> Option<TimestampedOffset> {
    let RecordHead { offset, timestamp_ms, .. } =
        Scan::new(*header, batch).ok()?.flatten().find(suits)?;
    Some(TimestampedOffset { offset, timestamp_ms, epoch: header.leader_epoch })
}

/// Gathers batches into runs that share memory.
struct Slice {
    out: LogSlice,
    max_bytes: usize,
    upto_offset: i64,
    min_one: bool,
    /// Neighbours from one chunk: the first one's memory and where the run ends in the file.
    run: Option<(Vec<Bytes>, u64)>,
    /// The last batch, if compaction has emptied it: of several only one is shown, and none before
    /// a batch with records.
    emptied: Option<Bytes>,
    /// Emptied batches that were passed over.
    passed_bytes: usize,
}

/// Emptied batches that one read passes over.
const PASSED_BYTES_MAX: usize = 4 << 20;

impl Slice {
    fn new(offset: i64, max_bytes: usize, upto_offset: i64, min_one: bool) -> Slice {
        let out = LogSlice { next_offset: offset, ..LogSlice::default() };
        let (run, emptied, passed_bytes) = (None, None, 0);
        Slice { out, max_bytes, upto_offset, min_one, run, emptied, passed_bytes }
    }

    /// Takes a batch; false when the slice is full or the limit is reached.
    fn take(&mut self, header: &BatchHeader, batch: &Bytes, position: Option<u64>) -> bool {
        if header.takes_no_offset() {
            self.end_run();
            return true;
        }
        if header.is_emptied() {
            if header.next_offset() > self.upto_offset || self.passed_bytes >= PASSED_BYTES_MAX {
                return false;
            }
            self.end_run();
            self.passed_bytes += batch.len();
            self.out.next_offset = header.next_offset();
            self.emptied = Some(batch.clone());
            return true;
        }
        let first = self.out.size_bytes == 0 && self.min_one;
        let fits = self.out.size_bytes + batch.len() <= self.max_bytes;
        if header.next_offset() > self.upto_offset || !(fits || first) {
            return false;
        }
        self.emptied = None;
        self.out.size_bytes += batch.len();
        self.out.next_offset = header.next_offset();
        match (position, &mut self.run) {
            (Some(at), Some((run, end))) if *end == at => {
                run.push(batch.clone());
                *end += batch.len() as u64;
            }
            (Some(at), _) => {
                self.end_run();
                self.run = Some((vec![batch.clone()], at + batch.len() as u64));
            }
            (None, _) => self.out.batches.push(batch.clone()),
        }
        true
    }

    /// Small batches that lie side by side are joined: one copy costs less than many writes.
    fn end_run(&mut self) {
        const JOIN_BELOW_BYTES: usize = 4096;
        let Some((run, _)) = self.run.take() else { return };
        let mut small = BytesMut::new();
        for batch in run {
            if batch.len() < JOIN_BELOW_BYTES {
                small.extend_from_slice(&batch);
                continue;
            }
            if !small.is_empty() {
                self.out.batches.push(small.split().freeze());
            }
            self.out.batches.push(batch);
        }
        if !small.is_empty() {
            self.out.batches.push(small.freeze());
        }
    }

    fn done(mut self) -> LogSlice {
        self.end_run();
        if let Some(batch) = self.emptied {
            // A reader gets ahead by its offsets.
            self.out.size_bytes += batch.len();
            self.out.batches.push(batch);
        }
        self.out
    }
}
