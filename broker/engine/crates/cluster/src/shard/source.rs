//! A group's log, as Raft reads it.

use std::cell::RefCell;
use std::rc::Rc;

use headrace_log::{GroupLog, Store};
use headrace_raft::{EntrySource, Snapshot, SourceError, StoredEntry};

use super::replica::AppState;
use super::state::{encode_snapshot, GroupState};
use crate::image::GroupId;

/// Reads one group's log from the shard's store.
pub(crate) struct StoreSource {
    pub store: Rc<RefCell<Store>>,
    pub group: GroupId,
    pub app: Rc<RefCell<AppState>>,
}

impl StoreSource {
    fn with<T>(&self, read: impl FnOnce(&GroupLog) -> T) -> T {
        let store = self.store.borrow();
        read(store.log(self.group).expect("a replica's log exists as long as the replica"))
    }
}

impl EntrySource for StoreSource {
    fn first_index(&self) -> u64 {
        self.with(|log| log.first_index())
    }

    fn last_index(&self) -> u64 {
        self.with(|log| log.last_index())
    }

    fn term(&self, index: u64) -> Option<u64> {
        self.with(|log| log.term_at(index))
    }

    fn entries(
        &self,
        low: u64,
        high: u64,
        max_bytes: u64,
    ) -> Result<Vec<StoredEntry>, SourceError> {
        let read = self.with(|log| {
            if low < log.first_index() {
                return Err(SourceError::Compacted);
            }
            log.entries(low, high, max_bytes).map_err(|e| SourceError::Failed(e.to_string()))
        })?;
        let stored = |e: headrace_log::LogEntry| StoredEntry {
            index: e.index,
            term: e.term,
            batch: e.batch,
        };
        Ok(read.into_iter().map(stored).collect())
    }

    fn end_offset_at(&self, index: u64) -> i64 {
        self.with(|log| log.end_offset_at(index))
    }

    fn snapshot(&self) -> Result<Snapshot, SourceError> {
        let start = self.store.borrow().start(self.group);
        let app = self.app.borrow();
        let state = match app.payload() {
            // Newer than the log's start, which does no harm: entries up to its index are passed
            // over by the receiver.
            Some(payload) => app.state(payload),
            None => GroupState::decode(start.app.clone())
                .map_err(|_| SourceError::corrupt("the state at the log's start is damaged"))?,
        };
        let data = encode_snapshot(start.offset, &state);
        Ok(Snapshot { index: start.index, term: start.term, data })
    }
}
