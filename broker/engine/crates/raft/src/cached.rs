//! Write caching: what a group may promise on the strength of entries that are written and not
//! synced, and who has a say after such entries were lost.
//!
//! Raft's commit index rests on what is durable, with write caching too. Ahead of it a leader knows
//! what a majority has in the cache of its operating system ([`Cached`]): no leader can be elected
//! without it, since whoever has it votes for nobody who has not, as long as that cache is not
//! lost.
//!
//! A peer whose host lost its power may lack what it had acknowledged from the cache, and would
//! vote as if it had never had it. It says so with its votes until a leader has told it how long
//! its log must become ([`Doubt`]); candidates count such votes apart ([`Ballots`]).

use std::collections::BTreeMap;

use raft::StateRole;

use crate::message::{Body, RaftMessage};
use crate::{PeerId, RaftGroup};

/// Up to where the peers have this term's log in their caches, as far as its leader knows.
#[derive(Debug, Default)]
pub(crate) struct Cached {
    term: u64,
    upto: BTreeMap<PeerId, u64>,
}

impl Cached {
    /// `peer` has everything up to `index` of the leader's log of `term`.
    pub fn note(&mut self, term: u64, peer: PeerId, index: u64) {
        if self.term != term {
            (self.term, self.upto) = (term, BTreeMap::new());
        }
        let upto = self.upto.entry(peer).or_insert(0);
        *upto = index.max(*upto);
    }

    /// Up to where `peer` has the leader's log of `term`.
    pub fn of(&self, term: u64, peer: PeerId) -> u64 {
        let upto = (self.term == term).then(|| self.upto.get(&peer).copied());
        upto.flatten().unwrap_or(0)
    }
}

/// This peer may lack what it had acknowledged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doubt {
    /// Tells an answer to this run of the peer from one to an earlier run.
    pub run: u64,
    /// The term of the leader that answered, and where its log ended then: everything that this
    /// peer can have acknowledged to leaders so far lies before.
    pub upto: Option<(u64, u64)>,
}

/// Votes for this peer in one candidacy. In a group of `n`, whose majority is `m`, what was
/// promised is on `m` peers, and those among them that are in no doubt still have it: a candidate
/// has it, too, if more than `n - m` peers in no doubt voted for it. When a majority is in doubt
/// nothing was promised (its hosts have lost their power since it last had a leader), and any
/// majority will do.
#[derive(Debug, Default)]
pub(crate) struct Ballots {
    /// The term that is stood for, and whether peers are only asked whether they would.
    of: (u64, bool),
    held: BTreeMap<PeerId, RaftMessage>,
}

/// Who may vote, and how.
pub(crate) struct Electorate {
    pub voters: Vec<PeerId>,
    /// The candidate itself, and whether it is in doubt.
    pub candidate: (PeerId, bool),
}

impl Ballots {
    /// Takes in a vote for the candidacy `of`; returns those that count by now.
    pub fn take(
        &mut self,
        of: (u64, bool),
        from: PeerId,
        vote: RaftMessage,
        electorate: &Electorate,
    ) -> Vec<(PeerId, RaftMessage)> {
        if self.of != of {
            (self.of, self.held) = (of, BTreeMap::new());
        }
        self.held.insert(from, vote);
        let Electorate { voters, candidate } = electorate;
        let in_doubt = |peer: &PeerId| match self.held.get(peer) {
            _ if *peer == candidate.0 => Some(candidate.1),
            Some(RaftMessage { body: Body::VoteResponse { doubtful, .. }, .. }) => Some(*doubtful),
            _ => None,
        };
        let count = |doubtful| voters.iter().filter(|p| in_doubt(p) == Some(doubtful)).count();
        let majority = voters.len() / 2 + 1;
        if count(false) > voters.len() - majority || count(true) >= majority {
            return self.held.clone().into_iter().collect();
        }
        Vec::new()
    }
}

impl RaftGroup {
    /// All that is staged is in the operating system's cache. `waiting` are the messages of a
    /// [`GroupReady`] that wait for its sync; returned is what they say of that cache, to be sent
    /// at once.
    pub fn cached(&mut self, waiting: &[(PeerId, RaftMessage)]) -> Vec<(PeerId, RaftMessage)> {
        let (term, last) = (self.raw.raft.term, self.raw.raft.raft_log.last_index());
        if self.raw.raft.state == StateRole::Leader {
            self.cached.note(term, self.config.peer, last);
        }
        let said = waiting.iter().filter_map(|(to, message)| match message.body {
            Body::AppendResponse { index, reject: None, .. } => {
                Some((*to, RaftMessage { term: message.term, body: Body::Cached { index } }))
            }
            _ => None,
        });
        said.collect()
    }

    /// Up to where this peer has its log at least in its operating system's cache.
    pub fn cached_index(&self) -> u64 {
        let raft = &self.raw.raft;
        self.cached.of(raft.term, self.config.peer).max(raft.raft_log.persisted)
    }

    /// Up to where a majority has this leader's log at least in the operating system's cache: what
    /// every later leader has, unless the hosts of a majority lose their power. Not less than the
    /// commit index.
    pub fn cached_commit(&self) -> u64 {
        let raft = &self.raw.raft;
        let committed = raft.raft_log.committed;
        if raft.state != StateRole::Leader {
            return committed;
        }
        let mut ends: Vec<u64> = self.peers().filter(|p| p.voter).map(|p| p.cached).collect();
        ends.sort_unstable_by_key(|&end| std::cmp::Reverse(end));
        let index = ends.get(ends.len() / 2).copied().unwrap_or(0).min(raft.raft_log.last_index());
        // As with Raft's commit: an entry of an earlier term counts with one of this term only.
        let own = index > committed && raft.raft_log.term(index).is_ok_and(|t| t == raft.term);
        if own {
            index
        } else {
            committed
        }
    }

    /// The kinds of messages that raft-rs does not know.
    pub(crate) fn take_own(&mut self, from: PeerId, message: &RaftMessage) {
        let raft = &self.raw.raft;
        let (term, last_index) = (raft.term, raft.raft_log.last_index());
        let leads = raft.state == StateRole::Leader;
        match message.body {
            _ if message.term != term => {}
            Body::Cached { index } if leads => self.cached.note(term, from, index.min(last_index)),
            Body::Doubt { run } if leads => {
                let body = Body::LogEnd { run, last_index };
                self.own_messages.push((from, RaftMessage { term, body }));
            }
            Body::LogEnd { run, last_index } => {
                // The first answer counts: the log's end goes on, and what follows is not in doubt.
                if let Some(doubt) = self.doubt.as_mut().filter(|doubt| doubt.run == run) {
                    doubt.upto =
                        doubt.upto.filter(|upto| upto.0 == term).or(Some((term, last_index)));
                }
            }
            _ => {}
        }
    }

    /// A peer in doubt asks each leader where its log ends.
    pub(crate) fn ask_leader(&mut self, leader: PeerId, term: u64) {
        let unanswered = |doubt: &Doubt| doubt.upto.is_none_or(|(answered, _)| answered != term);
        if let Some(Doubt { run, .. }) = self.doubt.filter(unanswered) {
            self.own_messages.push((leader, RaftMessage { term, body: Body::Doubt { run } }));
        }
    }

    /// Takes in a vote for this candidate; returns those that count by now.
    pub(crate) fn count_vote(
        &mut self,
        pre: bool,
        from: PeerId,
        vote: RaftMessage,
    ) -> Vec<(PeerId, RaftMessage)> {
        let raft = &self.raw.raft;
        let (state, term) = match pre {
            true => (StateRole::PreCandidate, raft.term + 1),
            false => (StateRole::Candidate, raft.term),
        };
        if (raft.state, vote.term) != (state, term) {
            return Vec::new();
        }
        let voters = raft.prs().conf().voters().ids().iter().collect();
        let candidate = (self.config.peer, self.in_doubt());
        self.ballots.take((term, pre), from, vote, &Electorate { voters, candidate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vote(doubtful: bool) -> RaftMessage {
        let (pre, reject, commit, commit_term) = (false, false, 0, 0);
        let body = Body::VoteResponse { pre, reject, commit, commit_term, doubtful };
        RaftMessage { term: 2, body }
    }

    /// The candidate is peer 1 of `n`; how many votes count after each.
    fn counted(n: u64, candidate_doubtful: bool, votes: &[(PeerId, bool)]) -> Vec<usize> {
        let electorate =
            Electorate { voters: (1..=n).collect(), candidate: (1, candidate_doubtful) };
        let mut ballots = Ballots::default();
        let mut take =
            |&(from, doubtful)| ballots.take((2, false), from, vote(doubtful), &electorate).len();
        votes.iter().map(&mut take).collect()
    }

    #[test]
    fn without_doubts_a_majority_wins_as_ever() {
        assert_eq!(counted(3, false, &[(2, false)]), [1]);
        assert_eq!(counted(5, false, &[(2, false), (3, false)]), [0, 2]);
        assert_eq!(counted(2, false, &[(2, false)]), [1]);
    }

    #[test]
    fn who_may_have_lost_entries_makes_no_leader_with_those_who_never_had_them() {
        assert_eq!(counted(3, false, &[(2, true)]), [0]);
        assert_eq!(counted(3, true, &[(2, false)]), [0]);
        assert_eq!(counted(3, true, &[(2, false), (3, false)]), [0, 2]);
        assert_eq!(counted(5, false, &[(2, true), (3, true), (4, false)]), [0, 0, 0]);
        assert_eq!(counted(5, false, &[(2, true), (3, true), (4, false), (5, false)])[3], 4);
    }

    #[test]
    fn when_a_majority_lost_its_power_it_goes_on_with_what_it_has() {
        assert_eq!(counted(3, true, &[(2, true)]), [1]);
        assert_eq!(counted(3, false, &[(2, true), (3, true)]), [0, 2]);
        assert_eq!(counted(5, true, &[(2, false), (3, true), (4, true)]), [0, 0, 3]);
    }

    #[test]
    fn a_new_candidacy_starts_with_no_votes() {
        let electorate = Electorate { voters: vec![1, 2, 3], candidate: (1, true) };
        let mut ballots = Ballots::default();
        assert!(ballots.take((2, false), 2, vote(false), &electorate).is_empty());
        assert!(ballots.take((3, false), 3, vote(false), &electorate).is_empty());
    }

    #[test]
    fn what_is_known_of_caches_ends_with_the_term() {
        let mut cached = Cached::default();
        cached.note(1, 2, 7);
        cached.note(1, 2, 5);
        assert_eq!((cached.of(1, 2), cached.of(1, 3), cached.of(2, 2)), (7, 0, 0));
        cached.note(2, 3, 1);
        assert_eq!((cached.of(2, 2), cached.of(2, 3)), (0, 1));
    }
}
