//! Whether the host has lost its power since entries were last acknowledged from its cache
//! (write caching): the file `boot` names the boot as of which nothing is in doubt. It is there
//! while the shard is open, and gone after an orderly end, which syncs everything. A disk that
//! failed may have lost what was cached, too.

use std::io;
use std::path::{Path, PathBuf};

use headrace_env::{Disk, OpenMode};
use headrace_log::StoreError;

use super::Shard;

const BOOT_FILE: &str = "boot";
/// In place of a boot's name: the disk failed.
const FAILED: &str = "failed";
/// A boot's name is shorter.
const MAX_NAME_BYTES: u64 = 256;

/// What is known of the host's boots.
#[derive(Debug)]
pub(super) struct Boot {
    path: PathBuf,
    /// What was written and not synced may be lost: the file still names an earlier boot.
    pub lost: bool,
}

impl Boot {
    /// Looks at what the run before has left.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn open(disk: &dyn Disk, dir: &Path) -> Result<Boot, StoreError> {
        let path = dir.join(BOOT_FILE);
        if !disk.exists(&path) {
            write(disk, &path, &disk.boot_id())?;
            return Ok(Boot { path, lost: false });
        }
        let read = || {
            let file = disk.open(&path, OpenMode::Read)?;
            let mut name = vec![0; file.len()?.min(MAX_NAME_BYTES) as usize];
            file.read_exact_at(&mut name, 0).map(|()| name)
        };
        let name = read().map_err(failed("read", &path))?;
        Ok(Boot { path, lost: name != disk.boot_id().as_bytes() })
    }

    /// The disk failed: as far as it still can, it is told so for the next start.
    pub fn distrust(&mut self, disk: &dyn Disk) {
        if !std::mem::replace(&mut self.lost, true) {
            if let Err(error) = write(disk, &self.path, FAILED) {
                tracing::warn!(%error, "the failed disk cannot be marked");
            }
        }
    }

    /// After an orderly end nothing is in doubt, whatever happens to the host.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn close(&self, disk: &dyn Disk) -> Result<(), StoreError> {
        if self.lost {
            return Ok(());
        }
        let removed = disk.remove_file(&self.path).and_then(|()| disk.sync_dir(folder(&self.path)));
        removed.map_err(failed("remove", &self.path))
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_path_buf();
    move |source| StoreError::Io { action, path, source }
}

/// Whole or not at all: another name than this boot's would be taken for a loss of power.
fn write(disk: &dyn Disk, path: &Path, name: &str) -> Result<(), StoreError> {
    let temporary = path.with_extension("tmp");
    let write = || {
        let file = disk.open(&temporary, OpenMode::Create)?;
        file.set_len(0)?;
        file.write_all_at(name.as_bytes(), 0)?;
        file.sync_data()?;
        disk.rename(&temporary, path)?;
        disk.sync_dir(folder(path))
    };
    write().map_err(failed("write", path))
}

impl Shard {
    /// When no replica lacks any more what it may have lost, the present boot gets its name. Until
    /// then a restart begins with the same doubts, which costs a question to the leader.
    pub(super) fn settle_boot(&mut self) -> Result<(), String> {
        if !self.boot.lost || self.replicas.values().any(|replica| replica.raft.in_doubt()) {
            return Ok(());
        }
        let store = self.store.borrow();
        let is_open = |group| self.replicas.contains_key(group);
        let is_empty = |group| store.log(group).is_none_or(|log| log.last_index() == 0);
        if !store.groups().iter().all(|group| is_open(group) || is_empty(*group)) {
            return Ok(());
        }
        let name = self.disk.boot_id();
        write(self.disk.as_ref(), &self.boot.path, &name).map_err(|error| error.to_string())?;
        self.boot.lost = false;
        Ok(())
    }
}
