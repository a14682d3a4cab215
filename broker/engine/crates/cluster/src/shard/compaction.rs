//! Compaction: how far a shard's logs may be cleaned, and the steps of it.

use std::sync::Arc;

use headrace_log::{CleanJob, Cleanable};
use headrace_wire::batch::BatchHeader;

use super::replica::Replica;
use super::Shard;
use crate::image::GroupId;

/// Housekeeping that comes so much too early for a look is not worth waiting for the next.
const EARLY_MS: i64 = 500;

/// When the shard looks for a log to compact. Until it is told a back-off it looks whenever it
/// keeps house.
#[derive(Debug, Default)]
pub(super) struct Cleaner {
    /// From a look that found nothing to the next one.
    pub backoff_ms: i64,
    /// The last look, if it found nothing.
    idle_since_ms: Option<i64>,
}

impl Cleaner {
    /// A clock that was set back holds nothing up.
    fn rests(&self, now_ms: i64) -> bool {
        self.idle_since_ms.is_some_and(|since_ms| {
            let wait_ms = self.backoff_ms.saturating_sub(EARLY_MS);
            (0..wait_ms).contains(&now_ms.saturating_sub(since_ms))
        })
    }
}

impl Shard {
    /// Begins a pass over the log that needs it most, if none is under way and it is time to look.
    pub(super) fn begin_clean(&mut self, now_ms: i64) {
        if self.clean.is_some() || self.cleaner.rests(now_ms) {
            return;
        }
        // Replicas with a state machine have snapshots instead.
        let replicas = &self.replicas;
        let plain =
            |group: GroupId| replicas.get(&group).filter(|replica| replica.machine.is_none());
        let bound = |group: GroupId| plain(group).map(cleanable);
        self.clean = self.store.borrow_mut().take_clean(now_ms, &bound);
        self.cleaner.idle_since_ms = self.clean.is_none().then_some(now_ms);
    }

    pub(super) fn clean_done(&mut self, job: CleanJob) {
        let done = self.store.borrow_mut().clean_done(job);
        match done {
            Ok(next) => {
                self.clean = next;
                // Looks while the pass ran say nothing about the logs.
                self.cleaner.idle_since_ms = None;
            }
            Err(error) => self.poison(error.to_string()),
        }
    }
}

/// What is committed, part of no open transaction, and in the state from which this replica would
/// apply the rest of its log.
fn cleanable(replica: &Replica) -> Cleanable {
    let aborted = replica.shared.aborted().clone();
    let is_aborted =
        move |header: &BatchHeader| aborted.contains(header.producer_id, header.base_offset);
    Cleanable {
        upto_index: replica.saved_state.min(replica.raft.hard_state().commit),
        upto_offset: replica.shared.offsets().last_stable,
        is_aborted: Arc::new(is_aborted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cleaner_rests_after_a_look_that_found_nothing() {
        let rests =
            |backoff_ms, idle_since_ms, now_ms| Cleaner { backoff_ms, idle_since_ms }.rests(now_ms);
        assert!(!rests(15_000, None, 7), "there is work, or nobody has looked yet");
        assert!(rests(15_000, Some(100_000), 101_000));
        assert!(rests(15_000, Some(100_000), 114_000));
        assert!(!rests(15_000, Some(100_000), 114_990), "the next round would be late");
        assert!(!rests(15_000, Some(100_000), 90_000), "the clock was set back");
        assert!(!rests(0, Some(100_000), 100_000));
        assert!(!rests(1_000, Some(100_000), 100_999), "every round, as each is a second later");
        assert!(rests(i64::MAX, Some(0), i64::MAX - 1_000));
    }
}
