//! What a shard does as time passes: ticks, hand-overs, saved states, the store's housekeeping.

use std::collections::BTreeSet;

use headrace_log::{CheckpointJob, LogStart, Removable};
use headrace_raft::Role;

use super::replica::Replica;
use super::state::StatesFile;
use super::Shard;
use crate::image::{ClusterConfig, GroupId, NodeId};
use crate::partition::in_sync::{node_of, peer_of};

/// Between two looks at who should lead.
const BALANCE_INTERVAL_MS: i64 = 500;
/// Between two looks at who should be a member.
const MEMBERS_INTERVAL_MS: i64 = 200;
/// Hand-overs of one shard in one look: leadership moves gently.
const MAX_HANDOVERS: usize = 8;
/// Hand-overs of one shard in one tick while the node leaves.
const MAX_HANDOVERS_LEAVING: usize = 256;
/// How long a preferred leader must have been in sync before it gets leadership back.
const SETTLED_MS: i64 = 3_000;

/// The first look for records that are too old comes so long after the start, as in Apache Kafka.
const FIRST_AGE_CHECK_MS: i64 = 30_000;

/// When the shard looks for records that are too old.
#[derive(Debug)]
pub(super) struct AgeChecks {
    /// From one look to the next.
    pub every_ms: i64,
    /// The start, then the last look.
    since_ms: Option<i64>,
    looked: bool,
}

impl Default for AgeChecks {
    /// Until the shard is told otherwise it takes the property's default.
    fn default() -> Self {
        let every_ms = ClusterConfig::default().log_retention_check_interval_ms;
        AgeChecks { every_ms, since_ms: None, looked: false }
    }
}

impl AgeChecks {
    /// Whether it is time; then it counts as done. A clock that was set back begins anew.
    fn due(&mut self, now_ms: i64) -> bool {
        let wait_ms =
            if self.looked { self.every_ms } else { self.every_ms.min(FIRST_AGE_CHECK_MS) };
        let since_ms = *self.since_ms.get_or_insert(now_ms);
        let due = now_ms.saturating_sub(since_ms) >= wait_ms;
        if due || now_ms < since_ms {
            self.since_ms = Some(now_ms);
        }
        self.looked |= due;
        due
    }
}

impl Shard {
    /// Time passes by one tick.
    pub fn tick(&mut self, now_ms: i64) {
        self.now_ms = now_ms;
        if self.poisoned.is_some() {
            return;
        }
        self.keep_watch(now_ms);
        for group in self.sleepers.awake() {
            let busy = self.guarded(group, |replica, _| Ok(tick(replica, now_ms)));
            if busy == Some(true) {
                self.dirty.insert(group);
            }
        }
        if now_ms >= self.next_members_ms {
            self.next_members_ms = now_ms + MEMBERS_INTERVAL_MS;
            self.change_members(now_ms);
        }
        if self.draining.contains(&self.config.node) {
            self.hand_over(now_ms, MAX_HANDOVERS_LEAVING);
        } else if now_ms >= self.next_balance_ms {
            self.next_balance_ms = now_ms + BALANCE_INTERVAL_MS;
            if self.config.leader_balancing {
                self.hand_over(now_ms, MAX_HANDOVERS);
            }
        }
    }

    /// Hands leadership to whoever should have it.
    fn hand_over(&mut self, now_ms: i64, max: usize) {
        let me = self.config.node;
        let mut moved = Vec::new();
        for (&group, replica) in &mut self.replicas {
            if moved.len() == max {
                break;
            }
            // Asked first since it costs least: of thousands of groups none may have to move.
            let Some(to) = successor(replica, me, &self.draining, now_ms) else { continue };
            if replica.raft.status().established && !replica.raft.transferring() {
                replica.raft.transfer_leader(peer_of(to));
                moved.push(group);
            }
        }
        moved.into_iter().for_each(|group| self.touch(group));
    }

    /// Housekeeping, about once a second. Returns the states file when it is time to write it;
    /// [`super::Input::StatesSaved`] must follow.
    pub fn maintain(&mut self, now_ms: i64) -> Option<StatesFile> {
        if self.poisoned.is_some() {
            return None;
        }
        if let Err(why) = self.save_commits() {
            self.poison(why);
            return None;
        }
        if let Err(why) = self.settle_boot() {
            self.poison(why);
            return None;
        }
        if let Err(why) = self.cut_machine_logs() {
            self.poison(why);
            return None;
        }
        self.rest(now_ms);
        for replica in self.replicas.values_mut() {
            let before_ms = now_ms.saturating_sub(replica.config.producer_expiration_ms);
            let log_start = replica.shared.offsets().log_start;
            replica.app.borrow_mut().expire(before_ms, log_start);
            if let Some(leader) = &mut replica.leader {
                leader.expire(before_ms, now_ms);
            }
        }
        let by_age = self.age_checks.due(now_ms);
        // Retention must not pass a state from which the rest of the log can be applied.
        let removable = |replica: &Replica| Removable {
            upto_index: replica.saved_state.min(replica.raft.hard_state().commit),
            deleted_before: replica.app.borrow().deleted_before(),
            by_age,
        };
        let replicas = &self.replicas;
        let bound = |group: GroupId| replicas.get(&group).map(removable).unwrap_or_default();
        let outcome = self.store.borrow_mut().maintain(now_ms, &bound);
        if let Err(error) = outcome {
            self.poison(error.to_string());
            return None;
        }
        self.publish_offsets();
        self.begin_clean(now_ms);
        self.states_due(now_ms)
    }

    /// Commit indices that no write has carried to the journal yet.
    fn save_commits(&mut self) -> Result<(), String> {
        let mut store = self.store.borrow_mut();
        for (&group, replica) in &mut self.replicas {
            let hard = replica.raft.hard_state();
            // Only what is durable may be named here: term and vote are, when nothing is pending.
            if hard.commit > replica.saved_commit && replica.unsynced.is_empty() {
                let hard = headrace_log::HardState {
                    term: hard.term,
                    vote: hard.vote,
                    commit: hard.commit,
                };
                store.stage(group, Vec::new(), Some(hard)).map_err(|e| e.to_string())?;
                replica.saved_commit = hard.commit;
            }
        }
        Ok(())
    }

    /// A state machine's snapshot replaces the start of its log now and then.
    fn cut_machine_logs(&mut self) -> Result<(), String> {
        let mut store = self.store.borrow_mut();
        for (&group, replica) in &mut self.replicas {
            if replica.machine.is_none() {
                continue;
            }
            let start = replica.log.start();
            let applied = replica.app.borrow().index;
            if applied < start.index + self.config.machine_log_entries {
                continue;
            }
            let state = replica.state();
            let start = LogStart {
                index: state.index,
                term: state.term,
                offset: replica.log.end_offset_at(state.index),
                app: state.encode(),
            };
            store.truncate_prefix(group, start).map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    /// Of a group that sleeps nothing but its log's start can have moved.
    fn publish_offsets(&self) {
        let awake = self.sleepers.awake().into_iter().filter_map(|group| self.replicas.get(&group));
        let start_moved = |replica: &&Replica| {
            let log_start = replica.app.borrow().log_start(&replica.log);
            log_start != replica.shared.offsets().log_start
        };
        for replica in awake.chain(self.replicas.values().filter(start_moved)) {
            replica.shared.publish(replica.offsets(&replica.raft.status()));
        }
    }

    fn states_due(&mut self, now_ms: i64) -> Option<StatesFile> {
        if self.saving_states || now_ms < self.next_states_ms {
            return None;
        }
        self.next_states_ms = now_ms + self.config.states_interval_ms;
        let states = self.states()?;
        self.saving_states = true;
        Some(states)
    }

    /// All partitions' states, or `None` if the file has them already.
    pub(super) fn states(&self) -> Option<StatesFile> {
        let plain = || self.replicas.iter().filter(|(_, r)| r.machine.is_none());
        if !plain().any(|(_, r)| r.app.borrow().index > r.saved_state) {
            return None;
        }
        let states = plain().map(|(&group, r)| (group, r.state())).collect();
        Some(StatesFile::new(&states))
    }

    pub(super) fn checkpoint_done(&mut self, job: CheckpointJob) {
        let done = self.store.borrow_mut().checkpoint_done(job);
        if let Err(error) = done {
            self.poison(error.to_string());
        }
    }

    pub(super) fn states_saved(&mut self, indices: Vec<(GroupId, u64)>) {
        self.saving_states = false;
        for (group, index) in indices {
            if let Some(replica) = self.replicas.get_mut(&group) {
                replica.saved_state = replica.saved_state.max(index);
            }
        }
    }
}

/// Returns whether there is something to process.
fn tick(replica: &mut Replica, now_ms: i64) -> bool {
    replica.raft.tick();
    let status = replica.raft.status();
    if now_ms < replica.eager_until_ms && status.leader.is_none() && status.term == 0 {
        // The others may not have created their replicas yet, so ask again at every tick.
        replica.raft.campaign();
    }
    let mut changed = false;
    if status.role == Role::Leader {
        if let Some(in_sync) = &mut replica.in_sync {
            changed = in_sync.update(replica.raft.peers(), status.last_index, now_ms);
        }
    }
    changed || replica.raft.has_ready()
}

/// Who should lead instead of this node, if anyone.
fn successor(
    replica: &Replica,
    me: NodeId,
    draining: &BTreeSet<NodeId>,
    now_ms: i64,
) -> Option<NodeId> {
    if draining.contains(&me) {
        return best_successor(replica, me, draining);
    }
    let preferred = replica.preferred?;
    if preferred == me || draining.contains(&preferred) {
        return None;
    }
    let in_sync_for_ms = replica.in_sync.as_ref()?.in_sync_for_ms(preferred, now_ms)?;
    (in_sync_for_ms >= SETTLED_MS).then_some(preferred)
}

/// The best replica to take over: the preferred one, else the one that has most of the log.
pub(super) fn best_successor(
    replica: &Replica,
    me: NodeId,
    draining: &BTreeSet<NodeId>,
) -> Option<NodeId> {
    let in_sync = replica.in_sync.as_ref()?;
    let fit =
        |node: NodeId| node != me && !draining.contains(&node) && in_sync.nodes().contains(&node);
    if let Some(preferred) = replica.preferred.filter(|&node| fit(node)) {
        return Some(preferred);
    }
    replica
        .raft
        .peers()
        .filter(|p| fit(node_of(p.peer)))
        .max_by_key(|p| (p.matched, std::cmp::Reverse(p.peer)))
        .map(|p| node_of(p.peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_look_for_old_records_comes_soon_and_others_at_the_interval() {
        let mut checks = AgeChecks::default();
        let due = |checks: &mut AgeChecks, at_s: i64| checks.due(1_000_000_000 + at_s * 1_000);
        assert!(!due(&mut checks, 0) && !due(&mut checks, 29));
        assert!(due(&mut checks, 30));
        assert!(!due(&mut checks, 31) && !due(&mut checks, 329));
        assert!(due(&mut checks, 331));
        checks.every_ms = 1_000;
        assert!(due(&mut checks, 332) && due(&mut checks, 333));
        assert!(!due(&mut checks, 100), "the clock was set back");
        assert!(due(&mut checks, 101), "which holds nothing up");
    }
}
