//! Compaction: of the records of one key only the newest stays. README.md has the rules.
//!
//! Entry points: [`Store::take_clean`] begins a pass over the closed segments of the group that
//! needs it most, [`CleanJob::run`] takes one step of it on any thread, [`Store::clean_done`] puts
//! what came of it in place and hands out the next step.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use headrace_env::Disk;
use headrace_wire::batch::BatchHeader;
use headrace_wire::records::{retain, Record, RecordIter};

use crate::segment::{Segment, REWRITE_SUFFIX};
use crate::types::{Cleanable, Compaction};
use crate::{GroupId, Store, StoreError};

/// Memory for keys in one pass; what does not fit waits for the next.
const KEYS_BYTES: usize = 32 << 20;
/// What a key costs beside its bytes.
const KEY_BYTES: usize = 96;
/// A read of a segment.
const CHUNK_BYTES: usize = 1 << 20;

/// Segments, oldest first, with the count of their truncations when the pass began.
type Todo = VecDeque<(Arc<Segment>, u64)>;

/// One step of a pass. [`CleanJob::run`] blocks and may run on any thread.
pub struct CleanJob {
    pub(crate) group: GroupId,
    disk: Arc<dyn Disk>,
    rules: Compaction,
    cleanable: Cleanable,
    now_ms: i64,
    /// What is left to do.
    todo: Todo,
    /// Keys count from here on: those before were seen by an earlier pass.
    from_offset: i64,
    /// Keys count up to here; what lies beyond is left alone.
    upto_offset: i64,
    latest: Option<HashMap<Bytes, i64>>,
    result: Option<Result<Option<Segment>, StoreError>>,
}

impl std::fmt::Debug for CleanJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CleanJob(group {}, {} segments)", self.group, self.todo.len())
    }
}

impl CleanJob {
    /// Cleans the next segment into a file beside it. The result is kept for
    /// [`Store::clean_done`].
    pub fn run(&mut self) {
        self.result = Some(self.step());
    }

    fn step(&mut self) -> Result<Option<Segment>, StoreError> {
        let latest = match self.latest.take() {
            Some(latest) => latest,
            None => self.map_keys()?,
        };
        let outcome = match self.todo.front() {
            Some((segment, _)) => self.rewrite(segment, &latest),
            None => Ok(None),
        };
        self.latest = Some(latest);
        outcome
    }

    /// The newest offset of every key, as far as memory allows: `upto_offset` is where it ended.
    fn map_keys(&mut self) -> Result<HashMap<Bytes, i64>, StoreError> {
        let mut latest: HashMap<Bytes, i64> = HashMap::new();
        let mut taken_bytes = 0;
        for (segment, _) in &self.todo {
            if segment.with(|body| body.next_offset) <= self.from_offset {
                continue;
            }
            let (_, mut walker) = segment.walk(|m| m.offset <= self.from_offset, CHUNK_BYTES);
            while let Some(found) = walker.next()? {
                if found.header.base_offset >= self.upto_offset {
                    // Written after the pass began: a cut has opened the segment again.
                    return Ok(latest);
                }
                for record in self.keyed(&found.header, &found.batch) {
                    let Some(key) = record.key.filter(|_| record.offset >= self.from_offset) else {
                        continue;
                    };
                    let known = latest.get_mut(&key);
                    if let Some(offset) = known {
                        *offset = record.offset;
                        continue;
                    }
                    taken_bytes += key.len() + KEY_BYTES;
                    if taken_bytes > KEYS_BYTES && !latest.is_empty() {
                        self.upto_offset = record.offset;
                        return Ok(latest);
                    }
                    latest.insert(Bytes::copy_from_slice(&key), record.offset);
                }
            }
        }
        Ok(latest)
    }

    /// The records that may stand for their keys; none of a batch that cannot be read.
    fn keyed(&self, header: &BatchHeader, batch: &Bytes) -> Vec<Record> {
        if header.is_control() || self.is_aborted(header) {
            return Vec::new();
        }
        let records = RecordIter::new(*header, batch).and_then(Iterator::collect);
        records.unwrap_or_default()
    }

    fn is_aborted(&self, header: &BatchHeader) -> bool {
        header.is_transactional() && (self.cleanable.is_aborted)(header)
    }

    /// `None` when nothing of the segment changes.
    fn rewrite(
        &self,
        segment: &Arc<Segment>,
        latest: &HashMap<Bytes, i64>,
    ) -> Result<Option<Segment>, StoreError> {
        let cleaned_ms = segment.header.cleaned_ms;
        let covered = segment.with(|body| body.next_offset) <= self.upto_offset;
        let first_time = covered && cleaned_ms == 0;
        let kept_for_ms = self.rules.delete_retention_ms;
        let cleaned_at_ms = i64::try_from(cleaned_ms).unwrap_or(i64::MAX);
        let marks_go = cleaned_ms > 0 && cleaned_at_ms.saturating_add(kept_for_ms) <= self.now_ms;
        let stays = |record: &Record| {
            if record.offset >= self.upto_offset {
                return true;
            }
            // As in Apache Kafka, a record without a key has no place here.
            let Some(key) = &record.key else { return false };
            let newest = latest.get(key).is_none_or(|&offset| offset <= record.offset);
            newest && !(record.value.is_none() && marks_go)
        };
        let now_ms = u64::try_from(self.now_ms).unwrap_or(0).max(1);
        let mut out = segment.rewrite(&*self.disk, if first_time { now_ms } else { cleaned_ms })?;
        let mut changed = first_time;
        let (_, mut walker) = segment.walk(|_| false, CHUNK_BYTES);
        while let Some(found) = walker.next()? {
            let left = match found.header.is_control() {
                true => None,
                false => {
                    let aborted = self.is_aborted(&found.header);
                    let keep = |record: &Record| !aborted && stays(record);
                    // What cannot be read stays as it is.
                    retain(&found.header, &found.batch, keep).unwrap_or_default()
                }
            };
            changed |= left.is_some();
            out.put(left.unwrap_or(found.batch))?;
        }
        match changed {
            true => out.finish().map(Some),
            false => out.abandon(&*self.disk).map(|()| None),
        }
    }
}

impl Store {
    /// Begins a pass over the group that needs it most, if one does; only one is under way at a
    /// time. `bounds` says what of a group may be cleaned.
    pub fn take_clean(
        &mut self,
        now_ms: i64,
        bounds: &dyn Fn(GroupId) -> Option<Cleanable>,
    ) -> Option<CleanJob> {
        if self.cleaning || self.is_poisoned() {
            return None;
        }
        // While segments leave, a crash may bring them back: what was compacted without them would
        // then lack the marks that keep their records deleted.
        let leaving = self.leaving_segments();
        let mut best: Option<(u64, CleanJob)> = None;
        for id in self.groups() {
            if leaving.iter().any(|s| s.path.parent() == Some(&self.logs[&id].dir)) {
                continue;
            }
            let Some(rules) = self.logs[&id].config.compaction else { continue };
            let Some(cleanable) = bounds(id) else { continue };
            let Some((need, todo)) = self.need(id, &rules, &cleanable, now_ms) else { continue };
            if best.as_ref().is_none_or(|(most, _)| need > *most) {
                let upto = todo.back().map_or(0, |(s, _)| s.with(|body| body.next_offset));
                let job = CleanJob {
                    group: id,
                    disk: self.disk.clone(),
                    rules,
                    cleanable,
                    now_ms,
                    todo,
                    from_offset: self.logs[&id].cleaned_before,
                    upto_offset: upto,
                    latest: None,
                    result: None,
                };
                best = Some((need, job));
            }
        }
        self.cleaning = best.is_some();
        best.map(|(_, job)| job)
    }

    /// How much of a group's log is dirty, in millionths, and the segments that may be cleaned;
    /// `None` if it is not time for a pass.
    fn need(
        &self,
        id: GroupId,
        rules: &Compaction,
        cleanable: &Cleanable,
        now_ms: i64,
    ) -> Option<(u64, Todo)> {
        let log = &self.logs[&id];
        let segments = log.with(|state| state.segments.clone());
        let closed = segments.len().saturating_sub(1);
        let (mut total, mut dirty, mut overdue) = (0u64, 0u64, false);
        let mut todo = Todo::new();
        for segment in &segments[..closed] {
            let (fits, is_dirty, late) = segment.with(|body| {
                let within = body.next_index <= cleanable.upto_index + 1
                    && body.next_offset <= cleanable.upto_offset;
                let rested = rules.min_lag_ms <= 0
                    || body.max_timestamp_ms < now_ms.saturating_sub(rules.min_lag_ms);
                let dirty = segment.header.cleaned_ms == 0
                    && body.next_offset > log.cleaned_before
                    && body.next_offset > segment.header.base_offset;
                let late = now_ms.saturating_sub(body.first_timestamp_ms) >= rules.max_lag_ms;
                (within && rested, dirty, late)
            });
            if !fits {
                break;
            }
            total += segment.len();
            dirty += if is_dirty { segment.len() } else { 0 };
            overdue |= is_dirty && late;
            todo.push_back((segment.clone(), segment.cuts()));
        }
        let need = dirty.saturating_mul(1_000_000) / total.max(1);
        let due = dirty > 0 && (overdue || need >= u64::from(rules.min_dirty_ppm));
        due.then_some((need, todo))
    }

    /// Puts a step's outcome in place. Returns the next step of the pass, if there is one.
    ///
    /// # Errors
    /// `Io` when files could not be exchanged: the store is poisoned then. A step that failed
    /// before that changed nothing; its pass is given up.
    pub fn clean_done(&mut self, mut job: CleanJob) -> Result<Option<CleanJob>, StoreError> {
        self.cleaning = false;
        self.usable()?;
        let disk = self.disk.clone();
        let outcome = job.result.take().unwrap_or(Err(StoreError::Poisoned));
        let (Some(log), Some((old, cuts))) = (self.logs.get_mut(&job.group), job.todo.pop_front())
        else {
            return Ok(None);
        };
        match outcome {
            Ok(None) => {}
            Ok(Some(new)) => {
                let replaced = log.replace(&*disk, &old, cuts, new);
                if !self.guard(replaced)? {
                    return Ok(None);
                }
            }
            Err(error) => {
                tracing::warn!(group = job.group, %error, "compaction is given up for now");
                return Ok(None);
            }
        }
        if job.todo.is_empty() {
            let log = self.logs.get_mut(&job.group).expect("it was there");
            log.cleaned_before = job.upto_offset;
            return Ok(None);
        }
        self.cleaning = true;
        Ok(Some(job))
    }
}

/// What a crash left of a pass: files that were never put in place.
pub(crate) fn remove_leftovers(
    disk: &dyn Disk,
    dir: &Path,
    names: &[String],
) -> Result<(), StoreError> {
    for name in names.iter().filter(|name| name.ends_with(REWRITE_SUFFIX)) {
        let path = dir.join(name);
        disk.remove_file(&path).map_err(StoreError::io("remove", &path))?;
    }
    Ok(())
}
