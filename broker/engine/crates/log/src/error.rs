//! Errors: what happened and what to do, not which line failed.

use std::io;
use std::path::{Path, PathBuf};

use headrace_wire::batch::BatchError;

use crate::GroupId;

/// A store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system failed a call. The store refuses everything from then on.
    #[error("cannot {action} {path}: {source}; check the disk, then restart the node")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// The answer.
        source: io::Error,
    },
    /// An earlier write or fsync failed; what is on disk is unknown until a restart.
    #[error("the store refuses writes since a write or fsync failed: check the disk and restart")]
    Poisoned,
    /// No such group here.
    #[error("group {0} is not in this store")]
    UnknownGroup(GroupId),
    /// An entry is not a sound batch, or does not follow the one before.
    #[error("group {group}, index {index}: {reason}")]
    BadEntry {
        /// The group.
        group: GroupId,
        /// The entry.
        index: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// Entries were asked for that lie before the log's start.
    #[error("group {0}: the entries were removed from the start of the log")]
    Compacted(GroupId),
    /// The journal is damaged before its end: acknowledged data may be missing.
    #[error(
        "{path} is damaged at byte {at}, before its end: {reason}; this node's copy cannot be \
         trusted. Move the data folder away and let the node join again, or restore the file"
    )]
    CorruptJournal {
        /// The file.
        path: PathBuf,
        /// Where.
        at: u64,
        /// What was found.
        reason: String,
    },
    /// There are logs but no journal.
    #[error(
        "{0} holds logs but no journal: a file was removed. Restore it, or move the data folder \
         away and let the node join again"
    )]
    MissingJournal(PathBuf),
    /// Stored bytes contradict themselves.
    #[error("{path} is damaged at byte {at}: {reason}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where.
        at: u64,
        /// What was found.
        reason: String,
    },
}

impl StoreError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
        let path = path.to_path_buf();
        move |source| StoreError::Io { action, path, source }
    }

    pub(crate) fn batch(path: &Path, at: u64, error: &BatchError) -> StoreError {
        StoreError::Corrupt { path: path.to_path_buf(), at, reason: error.to_string() }
    }
}

/// A read cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The offset is not in the log.
    #[error("the offset is outside of the log, which holds {start} to {end}")]
    OutOfRange {
        /// The first offset there is.
        start: i64,
        /// The offset after the last.
        end: i64,
    },
    /// The stored bytes are damaged or cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}
