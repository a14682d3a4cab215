//! Compaction: how far a shard's logs may be cleaned, and the steps of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use headrace_log::{CleanJob, Cleanable};
use headrace_wire::batch::BatchHeader;

use super::replica::Replica;
use super::Shard;
use crate::image::GroupId;

impl Shard {
    /// Begins a pass over the log that needs it most, if none is under way.
    pub(super) fn begin_clean(&mut self, now_ms: i64) {
        if self.clean.is_some() {
            return;
        }
        // Replicas with a state machine have snapshots instead.
        let plain = self.replicas.iter().filter(|(_, replica)| replica.machine.is_none());
        let bounds: BTreeMap<GroupId, Cleanable> =
            plain.map(|(&group, replica)| (group, cleanable(replica))).collect();
        let bound = |group: GroupId| bounds.get(&group).cloned();
        self.clean = self.store.borrow_mut().take_clean(now_ms, &bound);
    }

    pub(super) fn clean_done(&mut self, job: CleanJob) {
        let done = self.store.borrow_mut().clean_done(job);
        match done {
            Ok(next) => self.clean = next,
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
        upto_index: replica.saved_state.min(replica.raft.status().commit),
        upto_offset: replica.shared.offsets().last_stable,
        is_aborted: Arc::new(is_aborted),
    }
}
