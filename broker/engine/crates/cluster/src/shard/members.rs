//! A group's members: who they are, how far they have the log, and how they change.
//!
//! When the members are what a version of the goal wants, an entry in the log says so, and a leader
//! takes no step for an older version than the log knows. So once a version is reached, no later
//! leader leads the group away from it before it hears of a newer one.

use std::collections::BTreeSet;

use headrace_raft::{ConfState, Membership, PeerId, Role};

use super::replica::Replica;
use super::Shard;
use crate::error::PartitionError;
use crate::image::{GroupId, NodeId};
use crate::partition::in_sync::{node_of, peer_of};
use crate::partition::{PeerProgress, Progress};

/// The version that an entry of the log names which settles nothing.
const NO_GOAL: u64 = 0;

/// What brings a group nearer to the members that it shall have.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Change(Membership),
    /// They are what is wanted. The entry changes nothing; who holds it holds, durably, that all
    /// changes before it are committed. So whoever may be elected from now on needs no vote of a
    /// member that left.
    Settle,
    /// This replica is to leave: another one must lead before.
    HandOver(NodeId),
}

/// One step at a time: who joins is a learner until it has the log, nobody leaves before all that
/// join vote, and those that lag leave first.
fn next_step(
    members: &ConfState,
    goal: &[NodeId],
    me: NodeId,
    in_sync: &[NodeId],
    has_log: impl Fn(PeerId) -> bool,
) -> Option<Step> {
    let change = |change: Membership| Some(Step::Change(change));
    let wanted: BTreeSet<PeerId> = goal.iter().map(|&node| peer_of(node)).collect();
    if let Some(&peer) = members.learners.iter().find(|peer| !wanted.contains(peer)) {
        return change(Membership::Remove(peer));
    }
    if let Some(&peer) = wanted.iter().find(|&&peer| !members.contains(peer)) {
        return change(Membership::AddLearner(peer));
    }
    if let Some(&peer) = members.learners.iter().find(|&&peer| has_log(peer)) {
        return change(Membership::AddVoter(peer));
    }
    if !members.learners.is_empty() {
        return None;
    }
    let leaving = members.voters.iter().filter(|peer| !wanted.contains(peer));
    let others = leaving.clone().filter(|&&peer| peer != peer_of(me));
    if let Some(&peer) = others.min_by_key(|&&peer| (in_sync.contains(&node_of(peer)), peer)) {
        return change(Membership::Remove(peer));
    }
    let heir = goal.iter().find(|node| in_sync.contains(node));
    leaving.count().checked_sub(1).and(heir).map(|&node| Step::HandOver(node))
}

fn step_of(replica: &Replica, me: NodeId, now_ms: i64, lag_ms: i64) -> Option<Step> {
    let goal = replica.goal.as_ref()?;
    let in_sync = replica.in_sync.as_ref()?;
    let known = replica.app.borrow().goal_version;
    if goal.version < known || replica.has_its_members() {
        return None;
    }
    if !replica.raft.status().established || replica.raft.transferring() {
        return None;
    }
    if replica.has_members(&goal.nodes) {
        return Some(Step::Settle);
    }
    let within = |at: Option<i64>| at.is_some_and(|at| now_ms - at <= lag_ms);
    let has_log = |peer| {
        let (heard_ms, caught_up_ms) = in_sync.times_ms(peer);
        within(heard_ms) && within(caught_up_ms)
    };
    next_step(&replica.raft.members(), &goal.nodes, me, in_sync.nodes(), has_log)
}

impl Replica {
    /// Whether the group's members are those that it shall have, and its log says so.
    pub(super) fn has_its_members(&self) -> bool {
        self.goal.as_ref().is_none_or(|goal| {
            self.app.borrow().goal_version == goal.version && self.has_members(&goal.nodes)
        })
    }

    fn has_members(&self, nodes: &[NodeId]) -> bool {
        let members = &self.app.borrow().members;
        members.learners.is_empty()
            && members.voters.len() == nodes.len()
            && nodes.iter().all(|&node| members.voters.contains(&peer_of(node)))
    }

    /// The version of the goal that the group has reached, if this replica leads.
    pub(super) fn reached(&self) -> Option<u64> {
        let done = self.raft.status().established && self.has_its_members();
        self.goal.as_ref().filter(|_| done).map(|goal| goal.version)
    }
}

impl Shard {
    /// Takes the next step of every reassignment whose group this node leads.
    pub(super) fn change_members(&mut self, now_ms: i64) {
        let (me, lag_ms) = (self.config.node, self.config.replica_lag_ms);
        let step = |(&group, replica): (&GroupId, &Replica)| {
            Some((group, step_of(replica, me, now_ms, lag_ms)?))
        };
        let steps: Vec<(GroupId, Step)> = self.replicas.iter().filter_map(step).collect();
        for (group, step) in steps {
            let Some(replica) = self.replicas.get_mut(&group) else { continue };
            let goal = replica.goal.as_ref().map_or(0, |goal| goal.version);
            match step {
                Step::Change(change) => self.membership(group, change, NO_GOAL),
                Step::Settle => self.membership(group, Membership::AddVoter(peer_of(me)), goal),
                Step::HandOver(to) => {
                    replica.raft.transfer_leader(peer_of(to));
                    self.touch(group);
                }
            }
        }
    }

    pub(super) fn membership(&mut self, group: GroupId, change: Membership, goal: u64) {
        self.guarded(group, |replica, _| {
            // What was taken in must keep its place before this entry.
            if let Some(leader) = &mut replica.leader {
                if leader.propose(&mut replica.raft).is_ok() {
                    // Refused while one is under way or leadership moved: it is asked for again.
                    let _ = replica.raft.propose_membership(change, goal);
                }
            }
            Ok(())
        });
        self.touch(group);
    }

    /// A group's members as of the last applied entry; for checks.
    pub fn members(&self, group: GroupId) -> Option<ConfState> {
        Some(self.replicas.get(&group)?.raft.members())
    }

    /// The epoch that this replica leads in, and how many replicas it has said to be in sync; for
    /// checks.
    pub fn told_in_sync(&self, group: GroupId) -> Option<(i32, usize)> {
        let told = &self.replicas.get(&group)?.told;
        told.serving.then_some((told.epoch, told.in_sync.len()))
    }

    pub(super) fn progress(&self, group: GroupId) -> Result<Progress, PartitionError> {
        let replica = self.replicas.get(&group).ok_or_else(|| self.absent(group))?;
        let status = replica.raft.status();
        let in_sync = match &replica.in_sync {
            Some(in_sync) if status.role == Role::Leader => in_sync,
            _ => return Err(PartitionError::NotLeader { leader: status.leader.map(node_of) }),
        };
        let log = &replica.log;
        let mut members: Vec<PeerProgress> = replica
            .raft
            .peers()
            .map(|peer| {
                let node = node_of(peer.peer);
                let (mut heard_ms, mut caught_up_ms) = in_sync.times_ms(peer.peer);
                if node == self.config.node {
                    (heard_ms, caught_up_ms) = (Some(self.now_ms), Some(self.now_ms));
                }
                let log_end = log.end_offset_at(peer.matched.min(status.last_index));
                PeerProgress { node, voter: peer.voter, log_end, heard_ms, caught_up_ms }
            })
            .collect();
        members.sort_unstable_by_key(|member| member.node);
        Ok(Progress {
            leader: self.config.node,
            epoch: i32::try_from(status.term).unwrap_or(i32::MAX),
            high_watermark: log.end_offset_at(status.commit),
            members,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(voters: &[NodeId], learners: &[NodeId]) -> ConfState {
        let peers = |nodes: &[NodeId]| nodes.iter().map(|&node| peer_of(node)).collect();
        ConfState { voters: peers(voters), learners: peers(learners) }
    }

    /// The step of node 0, with these nodes in sync and these learners caught up.
    fn step(
        (voters, learners): (&[NodeId], &[NodeId]),
        goal: &[NodeId],
        in_sync: &[NodeId],
        caught_up: &[NodeId],
    ) -> Option<Step> {
        let has_log = |peer| caught_up.contains(&node_of(peer));
        next_step(&members(voters, learners), goal, 0, in_sync, has_log)
    }

    #[test]
    fn learners_become_voters_before_anyone_leaves() {
        use Membership::*;
        let change = |change| Some(Step::Change(change));
        let all = &[0, 1, 2, 3, 4][..];
        let (add, vote, remove) = (
            |node| change(AddLearner(peer_of(node))),
            |node| change(AddVoter(peer_of(node))),
            |node| change(Remove(peer_of(node))),
        );
        let old: (&[NodeId], &[NodeId]) = (&[0, 1, 2], &[]);
        assert_eq!(step(old, &[0, 3, 4], all, &[]), add(3));
        assert_eq!(step((&[0, 1, 2], &[3]), &[0, 3, 4], all, &[3]), add(4));
        assert_eq!(step((&[0, 1, 2], &[3, 4]), &[0, 3, 4], all, &[4]), vote(4));
        assert_eq!(step((&[0, 1, 2, 4], &[3]), &[0, 3, 4], all, &[]), None, "3 lags");
        assert_eq!(step((&[0, 1, 2, 3, 4], &[]), &[0, 3, 4], &[0, 1, 3, 4], &[]), remove(2));
        assert_eq!(step((&[0, 1, 3, 4], &[]), &[0, 3, 4], all, &[]), remove(1));
        assert_eq!(step((&[0, 3, 4], &[]), &[0, 3, 4], all, &[]), None, "done");
    }

    #[test]
    fn a_leader_that_leaves_hands_over_and_a_cancelled_learner_goes() {
        let own: (&[NodeId], &[NodeId]) = (&[0, 1], &[]);
        assert_eq!(step(own, &[1], &[0, 1], &[]), Some(Step::HandOver(1)));
        assert_eq!(step(own, &[1], &[0], &[]), None, "nobody could take over");
        let gone = Membership::Remove(peer_of(5));
        assert_eq!(step((&[0, 1], &[5]), &[0, 1], &[0, 1], &[]), Some(Step::Change(gone)));
    }
}
