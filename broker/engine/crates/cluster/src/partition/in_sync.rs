//! Which replicas are in sync with a leader.
//!
//! As in Apache Kafka, a follower is in sync while it has caught up, within the lag time, to where
//! the log ended when it was last looked at. Unlike there, membership of this set decides nothing
//! about safety (Raft's majority does): it is what min.insync.replicas counts, what tools show and
//! who may take over leadership.
//!
//! A leader that was just elected has heard of nobody. Until its followers had the time to answer
//! it holds all of them for possible members: what needs them waits for a moment instead of being
//! refused. Nothing is acknowledged on a possibility.

use std::collections::BTreeMap;

use headrace_raft::{PeerId, PeerStatus};

use crate::image::NodeId;

/// A Raft peer's node.
pub(crate) fn node_of(peer: PeerId) -> NodeId {
    NodeId::try_from(peer.saturating_sub(1)).unwrap_or(-1)
}

/// A node's Raft peer id.
pub(crate) fn peer_of(node: NodeId) -> PeerId {
    u64::try_from(node).expect("node ids are not negative") + 1
}

#[derive(Clone, Copy, Debug, Default)]
struct Follower {
    heard_ms: Option<i64>,
    /// Where the log ended at `mark_ms`.
    mark_index: u64,
    mark_ms: i64,
    caught_up_ms: Option<i64>,
    /// Since when it is in sync without a break.
    in_sync_since_ms: Option<i64>,
}

/// A leader's view of its followers over time.
#[derive(Debug)]
pub(crate) struct InSync {
    me: PeerId,
    lag_ms: i64,
    silence_ms: i64,
    followers: BTreeMap<PeerId, Follower>,
    current: Vec<NodeId>,
    /// Until when a follower that has not answered yet may still turn out to be in sync.
    hope_until_ms: i64,
    /// In sync or possibly so.
    possible: usize,
}

impl InSync {
    /// A leader, elected now by `voters`, trusts nobody but itself yet.
    pub fn new(me: PeerId, voters: usize, lag_ms: i64, silence_ms: i64, now_ms: i64) -> InSync {
        InSync {
            me,
            lag_ms,
            silence_ms,
            followers: BTreeMap::new(),
            current: vec![node_of(me)],
            hope_until_ms: now_ms + silence_ms,
            possible: voters.max(1),
        }
    }

    /// A message came from `peer`.
    pub fn heard(&mut self, peer: PeerId, now_ms: i64) {
        self.followers.entry(peer).or_default().heard_ms = Some(now_ms);
    }

    /// Looks at all members; true when the set, or how many it may come to hold, has changed.
    pub fn update(
        &mut self,
        peers: impl Iterator<Item = PeerStatus>,
        last_index: u64,
        now_ms: i64,
    ) -> bool {
        let peers: Vec<PeerStatus> = peers.filter(|p| p.peer != self.me).collect();
        // Who left and comes back has nothing of what it had.
        self.followers.retain(|&peer, _| peers.iter().any(|status| status.peer == peer));
        let mut current = vec![node_of(self.me)];
        let mut possible = 1;
        for status in peers {
            let follower = self.followers.entry(status.peer).or_insert(Follower {
                mark_index: last_index,
                mark_ms: now_ms,
                ..Follower::default()
            });
            if status.matched >= follower.mark_index && status.matched > 0 {
                follower.caught_up_ms = Some(follower.mark_ms);
                (follower.mark_index, follower.mark_ms) = (last_index, now_ms);
                if status.matched >= last_index {
                    follower.caught_up_ms = Some(now_ms);
                }
            }
            let within = |at: Option<i64>, limit| at.is_some_and(|at| now_ms - at <= limit);
            let fit = within(follower.heard_ms, self.silence_ms)
                && within(follower.caught_up_ms, self.lag_ms);
            if fit && status.voter {
                follower.in_sync_since_ms.get_or_insert(now_ms);
                current.push(node_of(status.peer));
                possible += 1;
            } else {
                possible += usize::from(status.voter && now_ms < self.hope_until_ms);
                follower.in_sync_since_ms = None;
            }
        }
        current.sort_unstable();
        let changed = current != self.current || possible != self.possible;
        (self.current, self.possible) = (current, possible);
        changed
    }

    /// The nodes in sync, this one included, sorted.
    pub fn nodes(&self) -> &[NodeId] {
        &self.current
    }

    /// How many replicas are in sync or, just after the election, may turn out to be.
    pub fn possible(&self) -> usize {
        self.possible
    }

    /// Whether enough of the `voters` to make a majority with this one were heard of within
    /// `limit_ms`.
    pub fn majority_heard(&self, voters: &[PeerId], limit_ms: i64, now_ms: i64) -> bool {
        self.heard_of(voters, limit_ms, now_ms) > voters.len() / 2
    }

    /// Whether all `voters` were heard of within `limit_ms`.
    pub fn all_heard(&self, voters: &[PeerId], limit_ms: i64, now_ms: i64) -> bool {
        self.heard_of(voters, limit_ms, now_ms) == voters.len()
    }

    /// How many of the `voters` were heard of within `limit_ms`, this one included.
    fn heard_of(&self, voters: &[PeerId], limit_ms: i64, now_ms: i64) -> usize {
        let heard = |peer: &&PeerId| {
            let at = self.followers.get(peer).and_then(|f| f.heard_ms);
            **peer == self.me || at.is_some_and(|at| now_ms - at <= limit_ms)
        };
        voters.iter().filter(heard).count()
    }

    /// When `peer` was last heard of, and when it last had all that there was.
    pub fn times_ms(&self, peer: PeerId) -> (Option<i64>, Option<i64>) {
        let follower = self.followers.get(&peer).copied().unwrap_or_default();
        (follower.heard_ms, follower.caught_up_ms)
    }

    /// How long `node` has been in sync without a break, ms.
    pub fn in_sync_for_ms(&self, node: NodeId, now_ms: i64) -> Option<i64> {
        let follower = self.followers.get(&peer_of(node))?;
        Some(now_ms - follower.in_sync_since_ms?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(peer: PeerId, matched: u64) -> PeerStatus {
        PeerStatus { peer, matched, cached: matched, replicating: true, voter: true }
    }

    #[test]
    fn a_follower_is_in_sync_once_it_caught_up_and_until_it_is_silent_or_lags() {
        let mut in_sync = InSync::new(1, 2, 1000, 300, 0);
        let look = |s: &mut InSync, matched, last, now| {
            s.update([peer(1, last), peer(2, matched)].into_iter(), last, now);
            s.nodes().to_vec()
        };
        assert_eq!(look(&mut in_sync, 0, 5, 0), [0], "nothing known of it");
        in_sync.heard(2, 10);
        assert_eq!(look(&mut in_sync, 5, 5, 10), [0, 1]);
        assert_eq!(look(&mut in_sync, 5, 9, 300), [0, 1], "behind for a moment only");
        assert_eq!(look(&mut in_sync, 5, 9, 400), [0], "silent");
        in_sync.heard(2, 1100);
        assert_eq!(look(&mut in_sync, 6, 90, 1100), [0], "heard of, but lagging for too long");
        assert_eq!(look(&mut in_sync, 89, 90, 1150), [0, 1], "reached the mark");
        assert_eq!(in_sync.in_sync_for_ms(1, 1250), Some(100));
    }

    #[test]
    fn a_new_leader_hopes_for_its_followers_until_they_had_time_to_answer() {
        let mut in_sync = InSync::new(1, 3, 1000, 300, 0);
        assert_eq!(in_sync.possible(), 3);
        let mut look = |heard: Option<PeerId>, now| {
            heard.iter().for_each(|&peer| in_sync.heard(peer, now));
            let changed = in_sync.update([peer(1, 5), peer(2, 5), peer(3, 0)].into_iter(), 5, now);
            (in_sync.nodes().len(), in_sync.possible(), changed)
        };
        assert_eq!(look(None, 10), (1, 3, false));
        assert_eq!(look(Some(2), 20), (2, 3, true));
        assert_eq!(look(Some(2), 299), (2, 3, false));
        assert_eq!(look(Some(2), 300), (2, 2, true), "the third did not answer");
        assert_eq!(look(None, 700), (1, 1, true), "no new hope for one that was lost");
    }

    #[test]
    fn who_left_starts_over_when_it_comes_back() {
        let mut in_sync = InSync::new(1, 3, 1000, 300, 0);
        in_sync.heard(3, 10);
        in_sync.update([peer(2, 5), peer(3, 5)].into_iter(), 5, 10);
        assert_eq!(in_sync.times_ms(3), (Some(10), Some(10)));
        in_sync.update([peer(2, 5)].into_iter(), 5, 20);
        in_sync.heard(3, 30);
        in_sync.update([peer(2, 5), peer(3, 0)].into_iter(), 5, 30);
        assert_eq!(in_sync.times_ms(3), (Some(30), None), "its log is empty");
    }

    #[test]
    fn a_majority_must_have_been_heard_of_lately() {
        let mut in_sync = InSync::new(1, 2, 1000, 300, 0);
        assert!(in_sync.majority_heard(&[1], 50, 0), "alone");
        assert!(!in_sync.majority_heard(&[1, 2, 3], 50, 0));
        in_sync.heard(3, 0);
        assert!(in_sync.majority_heard(&[1, 2, 3], 50, 50));
        assert!(!in_sync.majority_heard(&[1, 2, 3], 50, 51));
    }

    #[test]
    fn learners_do_not_count() {
        let mut in_sync = InSync::new(1, 2, 1000, 300, 0);
        in_sync.heard(2, 0);
        let learner = PeerStatus { voter: false, ..peer(2, 9) };
        in_sync.update([peer(1, 9), learner].into_iter(), 9, 0);
        assert_eq!(in_sync.nodes(), [0]);
    }
}
