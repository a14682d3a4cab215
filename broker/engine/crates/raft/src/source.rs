//! Where a group's log is read from: [`EntrySource`], and its adapter to raft-rs' storage.

use std::cell::RefCell;

use bytes::Bytes;
use raft::eraftpb::{self, Entry};
use raft::{GetEntriesContext, RaftState, Storage, StorageError};

use crate::entry;
use crate::PeerId;

/// What must survive beside the log (Raft's figure 2: currentTerm, votedFor; and the commit
/// index, which saves a restart from waiting for a leader to tell it).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HardState {
    /// The highest term seen.
    pub term: u64,
    /// Who got this peer's vote in that term; 0 nobody.
    pub vote: u64,
    /// The highest index known to be committed.
    pub commit: u64,
}

/// A group's members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfState {
    /// Those that vote, sorted.
    pub voters: Vec<PeerId>,
    /// Those that only follow, sorted.
    pub learners: Vec<PeerId>,
}

impl ConfState {
    pub(crate) fn from_raft(state: &eraftpb::ConfState) -> Self {
        let mut voters = state.voters.clone();
        let mut learners = state.learners.clone();
        voters.sort_unstable();
        learners.sort_unstable();
        ConfState { voters, learners }
    }

    pub(crate) fn to_raft(&self) -> eraftpb::ConfState {
        eraftpb::ConfState {
            voters: self.voters.clone(),
            learners: self.learners.clone(),
            ..eraftpb::ConfState::default()
        }
    }

    /// Whether `peer` votes or learns.
    pub fn contains(&self, peer: PeerId) -> bool {
        self.voters.contains(&peer) || self.learners.contains(&peer)
    }
}

/// An entry as it lies in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its place in the log, from 1.
    pub index: u64,
    /// The term in which a leader made it.
    pub term: u64,
    /// Its bytes: a record batch.
    pub batch: Bytes,
}

/// The state at the start of a log, for a follower that is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The last index that the snapshot stands for.
    pub index: u64,
    /// That entry's term.
    pub term: u64,
    /// What the receiver needs beside the entries that follow.
    pub data: Bytes,
}

/// Why the log cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The entries were removed from the start of the log.
    #[error("the entries were removed from the start of the log")]
    Compacted,
    /// The bytes contradict each other.
    #[error("{0}")]
    Corrupt(String),
    /// The disk failed.
    #[error("{0}")]
    Failed(String),
}

impl SourceError {
    /// Bytes that contradict each other.
    pub fn corrupt(why: &str) -> Self {
        SourceError::Corrupt(why.to_string())
    }
}

/// A group's log, read only. Reads see what was staged, durable or not.
pub trait EntrySource {
    /// The oldest index that is still there; one more than [`EntrySource::last_index`] when empty.
    fn first_index(&self) -> u64;
    /// The newest index.
    fn last_index(&self) -> u64;
    /// The term at `index`; must know `first_index - 1 ..= last_index`.
    fn term(&self, index: u64) -> Option<u64>;
    /// Entries `low..high`, at least one, then as many as fit into `max_bytes`.
    ///
    /// # Errors
    /// [`SourceError`]; anything but `Compacted` fences the group.
    fn entries(&self, low: u64, high: u64, max_bytes: u64)
        -> Result<Vec<StoredEntry>, SourceError>;
    /// The offset after the batch at `index`; must know `first_index - 1 ..= last_index`.
    fn end_offset_at(&self, index: u64) -> i64;
    /// The state just before `first_index`, made when a follower needs it.
    ///
    /// # Errors
    /// [`SourceError`]; the follower is tried again later.
    fn snapshot(&self) -> Result<Snapshot, SourceError>;
}

/// raft-rs' view of an [`EntrySource`].
pub(crate) struct Adapter {
    pub(crate) source: Box<dyn EntrySource>,
    pub(crate) initial: HardState,
    /// The members as of the last applied entry.
    pub(crate) members: RefCell<ConfState>,
}

fn failed(error: SourceError) -> raft::Error {
    match error {
        SourceError::Compacted => raft::Error::Store(StorageError::Compacted),
        other => raft::Error::Store(StorageError::Other(Box::new(other))),
    }
}

impl Storage for Adapter {
    fn initial_state(&self) -> raft::Result<RaftState> {
        let hard = eraftpb::HardState {
            term: self.initial.term,
            vote: self.initial.vote,
            commit: self.initial.commit,
            ..eraftpb::HardState::default()
        };
        Ok(RaftState::new(hard, self.members.borrow().to_raft()))
    }

    fn entries(
        &self,
        low: u64,
        high: u64,
        max_size: impl Into<Option<u64>>,
        _context: GetEntriesContext,
    ) -> raft::Result<Vec<Entry>> {
        let max_bytes = max_size.into().unwrap_or(u64::MAX);
        let stored = self.source.entries(low, high, max_bytes).map_err(failed)?;
        stored.iter().map(|e| entry::from_stored(e).map_err(failed)).collect()
    }

    fn term(&self, index: u64) -> raft::Result<u64> {
        if index + 1 < self.source.first_index() {
            return Err(raft::Error::Store(StorageError::Compacted));
        }
        self.source.term(index).ok_or(raft::Error::Store(StorageError::Unavailable))
    }

    fn first_index(&self) -> raft::Result<u64> {
        Ok(self.source.first_index())
    }

    fn last_index(&self) -> raft::Result<u64> {
        Ok(self.source.last_index())
    }

    fn snapshot(&self, request_index: u64, to: u64) -> raft::Result<eraftpb::Snapshot> {
        let later = || raft::Error::Store(StorageError::SnapshotTemporarilyUnavailable);
        let snapshot = self.source.snapshot().map_err(|_| later())?;
        if snapshot.index < request_index || snapshot.index == 0 {
            return Err(later());
        }
        // The receiver refuses a snapshot that does not name it. The members are those of the
        // last applied entry, so it is missing only while the entry that adds it is on its way.
        let mut members = self.members.borrow().clone();
        if !members.contains(to) {
            members.learners.push(to);
            members.learners.sort_unstable();
        }
        let mut out = eraftpb::Snapshot { data: snapshot.data, ..eraftpb::Snapshot::default() };
        let meta = out.mut_metadata();
        meta.index = snapshot.index;
        meta.term = snapshot.term;
        meta.set_conf_state(members.to_raft());
        Ok(out)
    }
}
