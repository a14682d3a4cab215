//! Sleep: a group at rest costs nothing.
//!
//! A leader whose group has been idle, and whose followers have everything and know it, tells them
//! so and stops its heartbeats; a follower that agrees stops its election clock. What the
//! heartbeats proved for each group is proved for all sleepers of a pair of shards at once: shards
//! that share sleeping groups send each other a beat at every heartbeat interval.
//!
//! A sleeper wakes when anything happens to its group, when the beats of a shard that matters to it
//! stay away (its leader's; to a leader, any member's), and now and then by itself. A follower that
//! wakes lets the time since its leader's last beat pass on its election clock, so a dead leader is
//! found out as fast as by missing heartbeats. Nothing about safety rests on any of this: elections
//! and commits are Raft's alone.

use std::collections::{BTreeMap, BTreeSet};

use headrace_raft::{Body, RaftMessage, Role};

use super::replica::Replica;
use super::Shard;
use crate::image::{GroupId, NodeId};
use crate::partition::in_sync::{node_of, peer_of};

/// A sleeping follower gives its leader longer before it wakes by itself: this part of the longest
/// sleep.
const FOLLOWER_GRACE: i64 = 5;
/// A node with more shards does not exist: its beat is not taken.
const MAX_SHARDS: u64 = 4096;

/// A sleeping group.
#[derive(Debug)]
struct Nap {
    /// All members' nodes but this one.
    others: Vec<NodeId>,
    since_ms: i64,
    until_ms: i64,
}

/// Who sleeps, and what is heard of the shards that they sleep with.
#[derive(Debug, Default)]
pub(super) struct Sleepers {
    awake: BTreeSet<GroupId>,
    naps: BTreeMap<GroupId, Nap>,
    /// By node, in how many of this shard's sleeping groups it is.
    shared: BTreeMap<NodeId, usize>,
    /// By node, when each of its shards was last heard.
    beats: BTreeMap<NodeId, Vec<i64>>,
    next_look_tick: usize,
}

impl Sleepers {
    pub fn add(&mut self, group: GroupId) {
        self.awake.insert(group);
    }

    pub fn remove(&mut self, group: GroupId) {
        self.end(group);
        self.awake.remove(&group);
    }

    pub fn awake(&self) -> Vec<GroupId> {
        self.awake.iter().copied().collect()
    }

    pub fn is_asleep(&self, group: GroupId) -> bool {
        self.naps.contains_key(&group)
    }

    fn begin(&mut self, group: GroupId, nap: Nap) {
        self.awake.remove(&group);
        for &node in &nap.others {
            *self.shared.entry(node).or_insert(0) += 1;
        }
        self.naps.insert(group, nap);
    }

    fn end(&mut self, group: GroupId) -> Option<Nap> {
        let nap = self.naps.remove(&group)?;
        for node in &nap.others {
            if let Some(count) = self.shared.get_mut(node) {
                *count -= 1;
                if *count == 0 {
                    self.shared.remove(node);
                }
            }
        }
        self.awake.insert(group);
        Some(nap)
    }

    fn heard(&mut self, from: NodeId, shard: u64, shards: u64, now_ms: i64) {
        if shard >= shards || shards > MAX_SHARDS {
            return;
        }
        let beats = self.beats.entry(from).or_default();
        beats.resize(shards as usize, 0);
        beats[shard as usize] = now_ms;
    }

    /// When the shard of `node` that has `group` was last known to be well.
    fn last_heard_ms(&self, node: NodeId, group: GroupId, nap: &Nap) -> i64 {
        let beats = self.beats.get(&node);
        let beat = beats.and_then(|b| b.get((group % b.len().max(1) as u64) as usize));
        beat.map_or(nap.since_ms, |&at| at.max(nap.since_ms))
    }
}

impl Shard {
    /// A beat of another node's shard.
    pub(super) fn beat(&mut self, from: NodeId, shard: u64, shards: u64, now_ms: i64) {
        if from != self.config.node {
            self.sleepers.heard(from, shard, shards, now_ms);
        }
    }

    /// Something happens to a group: it is looked at in the next turn, awake.
    pub(super) fn touch(&mut self, group: GroupId) {
        self.dirty.insert(group);
        self.wake(group);
    }

    fn wake(&mut self, group: GroupId) {
        let Some(nap) = self.sleepers.end(group) else { return };
        let Some(replica) = self.replicas.get_mut(&group) else { return };
        let heard = |node| self.sleepers.last_heard_ms(node, group, &nap);
        if let Some(in_sync) = &mut replica.in_sync {
            for &node in &nap.others {
                in_sync.heard(peer_of(node), heard(node));
            }
            return;
        }
        let leader = replica.raft.status().leader.map(node_of);
        let silent_ms = leader.map_or(0, |node| self.now_ms - heard(node));
        let ticks = usize::try_from(silent_ms).unwrap_or(0) / self.config.tick_ms.max(1) as usize;
        for _ in 0..ticks.min(self.config.election_ticks) {
            replica.raft.tick();
        }
        self.dirty.insert(group);
    }

    /// At each tick: beats to those with whom groups sleep, and a look at theirs.
    pub(super) fn keep_watch(&mut self, now_ms: i64) {
        self.sleepers.next_look_tick += 1;
        if self.sleepers.next_look_tick < self.config.heartbeat_ticks {
            return;
        }
        self.sleepers.next_look_tick = 0;
        self.beats.extend(self.sleepers.shared.keys());
        let silence_ms = self.config.election_ms();
        let silent = |node: &NodeId| {
            let beats = self.sleepers.beats.get(node);
            beats.is_none_or(|b| b.iter().any(|at| now_ms - at > silence_ms))
        };
        if !self.sleepers.shared.keys().any(silent) {
            return;
        }
        for group in self.lonely(now_ms, silence_ms) {
            self.touch(group);
        }
    }

    /// Sleepers that have not heard for too long of somebody who matters to them.
    fn lonely(&self, now_ms: i64, silence_ms: i64) -> Vec<GroupId> {
        let me = self.config.node;
        let is_lonely = |group: GroupId, nap: &Nap| {
            let leader = self.replicas.get(&group).and_then(|r| r.raft.status().leader);
            let leader = leader.map(node_of);
            nap.others
                .iter()
                .filter(|&&node| leader == Some(me) || leader == Some(node))
                .any(|&node| now_ms - self.sleepers.last_heard_ms(node, group, nap) > silence_ms)
        };
        let naps = self.sleepers.naps.iter();
        naps.filter(|(&group, nap)| is_lonely(group, nap)).map(|(&group, _)| group).collect()
    }

    /// Leaders of idle groups fall asleep, and those who slept long enough wake.
    pub(super) fn rest(&mut self, now_ms: i64) {
        let over: Vec<GroupId> = self
            .sleepers
            .naps
            .iter()
            .filter(|(_, nap)| now_ms >= nap.until_ms)
            .map(|(&group, _)| group)
            .collect();
        for group in over {
            // Awake for as long as anybody idle, or its followers would hear no heartbeat of it.
            if let Some(replica) = self.replicas.get_mut(&group) {
                replica.active_ms = now_ms;
            }
            self.touch(group);
        }
        let (idle_ms, lease_ms) = (self.config.idle_ms, self.config.lease_ms());
        let me = peer_of(self.config.node);
        for group in self.sleepers.awake() {
            let idle = |r: &Replica| leader_may_sleep(r, idle_ms, lease_ms, now_ms);
            if !self.replicas.get(&group).is_some_and(idle) {
                continue;
            }
            let told = self.guarded(group, |replica, outbox| {
                let status = replica.raft.status();
                let body = Body::Sleep { commit: status.commit };
                let members = replica.app.borrow().members.voters.clone();
                let others = members.into_iter().filter(|&peer| peer != me);
                let all = others
                    .map(|peer| (peer, RaftMessage { term: status.term, body: body.clone() }));
                outbox.send(group, all.collect());
                Ok(())
            });
            if told.is_some() {
                self.fall_asleep(group, now_ms, 0);
            }
        }
    }

    /// A leader said that its group may sleep: so it does here, if there is nothing left to do.
    pub(super) fn follow_to_sleep(&mut self, group: GroupId) {
        let Some(replica) = self.replicas.get_mut(&group) else { return };
        let Some((term, commit)) = replica.sleep_offer.take() else { return };
        let status = replica.raft.status();
        if status.role == Role::Follower
            && (status.term, status.last_index) == (term, commit)
            && replica.may_sleep()
        {
            let grace_ms = self.config.longest_sleep_ms / FOLLOWER_GRACE;
            self.fall_asleep(group, self.now_ms, grace_ms);
        }
    }

    fn fall_asleep(&mut self, group: GroupId, now_ms: i64, grace_ms: i64) {
        let Some(replica) = self.replicas.get(&group) else { return };
        if self.sleepers.is_asleep(group) {
            return;
        }
        let me = self.config.node;
        let voters = replica.app.borrow().members.voters.clone();
        let others = voters.into_iter().map(node_of).filter(|&node| node != me).collect();
        // Not all wake at once.
        let spread_ms = (group % 64) as i64 * self.config.longest_sleep_ms / 128;
        let until_ms = now_ms + self.config.longest_sleep_ms + spread_ms + grace_ms;
        self.sleepers.begin(group, Nap { others, since_ms: now_ms, until_ms });
        self.metrics.group_sleeps.inc();
    }

    /// Whether a group sleeps here.
    pub fn is_asleep(&self, group: GroupId) -> bool {
        self.sleepers.is_asleep(group)
    }
}

fn leader_may_sleep(replica: &Replica, idle_ms: i64, lease_ms: i64, now_ms: i64) -> bool {
    let app = replica.app.borrow();
    let voters = &app.members.voters;
    // Nobody would be told of a follower that came back until the group wakes.
    let all_told = replica.told.in_sync.len() == voters.len();
    replica.machine.is_none()
        && all_told
        && now_ms - replica.active_ms >= idle_ms
        && app.members.learners.is_empty()
        && replica.raft.status().established
        && replica.in_sync.as_ref().is_some_and(|s| s.all_heard(voters, lease_ms, now_ms))
        && replica.leader.as_ref().is_some_and(|l| l.is_idle())
        && replica.may_sleep()
}
