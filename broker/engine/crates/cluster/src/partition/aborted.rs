//! Which transactions were aborted in a partition (KIP-98): readers of committed records leave
//! theirs out, and so does compaction.

use std::sync::{PoisonError, RwLock};

/// An aborted transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedTxn {
    /// Whose it was.
    pub producer_id: i64,
    /// Its first record's offset.
    pub first_offset: i64,
    /// Its marker's offset.
    pub last_offset: i64,
    /// The last stable offset once it was over; every later one begins at or after it.
    pub last_stable: i64,
}

/// The aborted transactions of one partition, as of the last applied entry. Written by the shard
/// before it shows the last stable offset that covers them, read by everyone. As large as the log
/// makes it: an entry goes when the log's start has passed its marker.
#[derive(Debug, Default)]
pub struct AbortedTxns {
    /// By ascending `last_offset`, and so by ascending `last_stable`.
    list: RwLock<Vec<AbortedTxn>>,
}

impl AbortedTxns {
    /// Those whose records or marker lie in `from..to`, by ascending first offset.
    pub fn overlapping(&self, from: i64, to: i64) -> Vec<AbortedTxn> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        let start = list.partition_point(|txn| txn.last_offset < from);
        let mut found = Vec::new();
        for txn in &list[start..] {
            if txn.first_offset < to {
                found.push(*txn);
            }
            if txn.last_stable >= to {
                break;
            }
        }
        found.sort_unstable_by_key(|txn| txn.first_offset);
        found
    }

    /// Whether the transactional batch of `producer_id` at `offset`, below the last stable offset,
    /// belongs to an aborted transaction.
    pub fn contains(&self, producer_id: i64, offset: i64) -> bool {
        let found = self.overlapping(offset, offset + 1);
        found.iter().any(|txn| txn.producer_id == producer_id && txn.last_offset != offset)
    }

    /// All of them, to be saved.
    pub(crate) fn all(&self) -> Vec<AbortedTxn> {
        self.list.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn push(&self, txn: AbortedTxn) {
        self.list.write().unwrap_or_else(PoisonError::into_inner).push(txn);
    }

    pub(crate) fn replace(&self, list: Vec<AbortedTxn>) {
        *self.list.write().unwrap_or_else(PoisonError::into_inner) = list;
    }

    /// Forgets those that end below the log's start.
    pub(crate) fn forget_before(&self, log_start: i64) {
        let old = |list: &[AbortedTxn]| list.partition_point(|txn| txn.last_offset < log_start);
        if old(&self.list.read().unwrap_or_else(PoisonError::into_inner)) > 0 {
            let mut list = self.list.write().unwrap_or_else(PoisonError::into_inner);
            let count = old(&list);
            list.drain(..count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn txn(producer_id: i64, first: i64, last: i64, stable: i64) -> AbortedTxn {
        AbortedTxn { producer_id, first_offset: first, last_offset: last, last_stable: stable }
    }

    #[test]
    fn readers_get_what_overlaps_their_range() {
        let index = AbortedTxns::default();
        // 1 spans 0..=20; 2 lies inside; 3 comes after
        let all = [txn(2, 5, 10, 0), txn(1, 0, 20, 21), txn(3, 30, 35, 36)];
        all.into_iter().for_each(|txn| index.push(txn));
        assert_eq!(index.overlapping(0, 5), [all[1]]);
        assert_eq!(index.overlapping(0, 6), [all[1], all[0]]);
        assert_eq!(index.overlapping(11, 31), [all[1], all[2]]);
        assert_eq!(index.overlapping(21, 30), []);
        assert!(index.contains(1, 15) && index.contains(2, 9) && !index.contains(2, 11));
        assert!(!index.contains(1, 20), "a marker is no record");
        index.forget_before(21);
        assert_eq!(index.all(), [all[2]]);
    }
}
