//! Freeing journal files: what they protect is synced in the segments first.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use headrace_env::Disk;

use crate::group::SmallFile;
use crate::journal::JournalFile;
use crate::segment::{Body, Segment};
use crate::{Store, StoreError};

/// A checkpoint under way. [`CheckpointJob::run`] blocks and may run on any thread.
pub struct CheckpointJob {
    disk: Arc<dyn Disk>,
    /// What to sync, as it was when the job was made: content and count of truncations.
    segments: Vec<(Arc<Segment>, Body, u64)>,
    starts: Vec<SmallFile>,
    dirs: Vec<PathBuf>,
    retired: Vec<JournalFile>,
    /// A file for the time after the present one.
    spare: Option<JournalFile>,
    /// What journal files are prepared for, in bytes.
    journal_bytes: u64,
    poisoned: Arc<AtomicBool>,
    result: Option<Result<(), StoreError>>,
}

impl std::fmt::Debug for CheckpointJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CheckpointJob({} segments)", self.segments.len())
    }
}

impl CheckpointJob {
    pub(crate) fn new(
        store: &mut Store,
        retired: Vec<JournalFile>,
        poisoned: Arc<AtomicBool>,
    ) -> CheckpointJob {
        let mut job = Self::preparing(store, None, poisoned);
        job.retired = retired;
        job.dirs.push(store.dir.join("groups"));
        // Segments before a start that is not durable yet still count: the start may be lost.
        for segment in store.leaving_segments() {
            if segment.take_dirty() {
                let (body, cuts) = (segment.body(), segment.cuts());
                job.segments.push((segment, body, cuts));
            }
        }
        for id in store.groups() {
            let log = store.logs.get_mut(&id).expect("listed");
            if std::mem::take(&mut log.start_dirty) {
                job.starts.push(log.start_file());
                log.dirty = true;
            }
            if !std::mem::take(&mut log.dirty) {
                continue;
            }
            job.dirs.push(log.dir.clone());
            for (segment, body) in log.bodies() {
                if segment.take_dirty() {
                    let cuts = segment.cuts();
                    job.segments.push((segment, body, cuts));
                }
            }
        }
        job
    }

    /// Nothing to sync: a spare file is made ready.
    pub(crate) fn preparing(
        store: &Store,
        spare: Option<JournalFile>,
        poisoned: Arc<AtomicBool>,
    ) -> CheckpointJob {
        CheckpointJob {
            disk: store.disk.clone(),
            segments: Vec::new(),
            starts: Vec::new(),
            dirs: Vec::new(),
            retired: Vec::new(),
            spare,
            journal_bytes: store.journal_bytes(),
            poisoned,
            result: None,
        }
    }

    /// Syncs everything. The result is kept for `Store::checkpoint_done`.
    pub fn run(&mut self) {
        let result = self.sync();
        if result.is_err() {
            self.poisoned.store(true, Ordering::Release);
        }
        self.result = Some(result);
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        for (segment, _, _) in &self.segments {
            segment.file.sync_data().map_err(StoreError::io("sync", &segment.path))?;
        }
        for start in &self.starts {
            self.unless_gone(start.write(&*self.disk), start.dir())?;
        }
        for dir in &self.dirs {
            let synced = self.disk.sync_dir(dir).map_err(StoreError::io("sync", dir));
            self.unless_gone(synced, dir)?;
        }
        // Only now may the journal forget.
        self.retired.iter_mut().try_for_each(JournalFile::retire)?;
        self.spare.as_mut().map_or(Ok(()), |file| file.prepare(self.journal_bytes))
    }

    /// A group may have been removed meanwhile, with its folder.
    fn unless_gone(
        &self,
        result: Result<(), StoreError>,
        dir: &std::path::Path,
    ) -> Result<(), StoreError> {
        if result.is_err() && !self.disk.exists(dir) {
            return Ok(());
        }
        result
    }

    /// Writes the side files and hands the freed journal files back.
    pub(crate) fn finish(self, disk: &dyn Disk) -> Result<Vec<JournalFile>, StoreError> {
        self.result.unwrap_or(Err(StoreError::Poisoned))?;
        for (segment, body, cuts) in self.segments {
            if segment.cuts() == cuts && disk.exists(&segment.path) {
                segment.write_side(disk, &body)?;
            }
        }
        Ok(self.spare.into_iter().chain(self.retired).collect())
    }
}
