//! A group's log, as Raft reads it.

use std::cell::RefCell;
use std::rc::Rc;

use headrace_log::LogReader;
use headrace_raft::{EntrySource, Snapshot, SourceError, StoredEntry};

use super::replica::AppState;
use super::state::{encode_snapshot, GroupState};

/// Reads one group's log and, for a snapshot, what lies beside it.
pub(crate) struct LogSource {
    pub log: LogReader,
    pub app: Rc<RefCell<AppState>>,
}

impl EntrySource for LogSource {
    fn first_index(&self) -> u64 {
        self.log.first_index()
    }

    fn last_index(&self) -> u64 {
        self.log.last_index()
    }

    fn term(&self, index: u64) -> Option<u64> {
        self.log.term_at(index)
    }

    fn entries(
        &self,
        low: u64,
        high: u64,
        max_bytes: u64,
    ) -> Result<Vec<StoredEntry>, SourceError> {
        if low < self.log.first_index() {
            return Err(SourceError::Compacted);
        }
        let read = self.log.entries(low, high, max_bytes);
        let read = read.map_err(|e| SourceError::Failed(e.to_string()))?;
        let stored = |e: headrace_log::LogEntry| StoredEntry {
            index: e.index,
            term: e.term,
            batch: e.batch,
        };
        Ok(read.into_iter().map(stored).collect())
    }

    fn end_offset_at(&self, index: u64) -> i64 {
        self.log.end_offset_at(index)
    }

    fn snapshot(&self) -> Result<Snapshot, SourceError> {
        let start = self.log.start();
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
