//! Our own message, and its translation to and from raft-rs'.

use bytes::Bytes;
use raft::eraftpb::{self, MessageType};
use raft::CAMPAIGN_TRANSFER;

use crate::entry::Payload;
use crate::source::ConfState;
use crate::PeerId;

/// An entry under way. Its index follows from its place in the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaftEntry {
    /// The term in which a leader made it.
    pub term: u64,
    /// What it carries.
    pub payload: Payload,
}

/// What one peer says to another about one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaftMessage {
    /// The sender's term (a candidate's next term in a pre-vote).
    pub term: u64,
    /// What it says.
    pub body: Body,
}

/// The kinds of messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A leader sends entries that follow `index`.
    Append {
        /// The index before the first entry.
        index: u64,
        /// That index's term.
        log_term: u64,
        /// The leader's commit index.
        commit: u64,
        /// The entries.
        entries: Vec<RaftEntry>,
    },
    /// A follower has (durably) everything up to `index`, or refuses.
    AppendResponse {
        /// The last index it has, or the one that it refuses.
        index: u64,
        /// Its commit index.
        commit: u64,
        /// Set when it refuses: where to try next, and that index's term.
        reject: Option<(u64, u64)>,
    },
    /// A candidate asks for a vote.
    Vote {
        /// Asks only whether it would win (Raft's thesis, 9.6).
        pre: bool,
        /// The candidate's last index.
        index: u64,
        /// That index's term.
        log_term: u64,
        /// The candidate's commit index.
        commit: u64,
        /// That index's term.
        commit_term: u64,
        /// The leader asked it to stand, so its lease does not count.
        transfer: bool,
    },
    /// The answer to a candidate.
    VoteResponse {
        /// To a pre-vote.
        pre: bool,
        /// Not granted.
        reject: bool,
        /// The voter's commit index.
        commit: u64,
        /// That index's term.
        commit_term: u64,
        /// The voter may lack what it had acknowledged before it was synced.
        doubtful: bool,
    },
    /// A leader is alive.
    Heartbeat {
        /// What the follower may commit.
        commit: u64,
    },
    /// A leader is alive, and ends its heartbeats until something happens, since the group is
    /// idle and the follower has everything up to `commit`.
    Sleep {
        /// What the follower may commit: the log's end.
        commit: u64,
    },
    /// A follower is alive.
    HeartbeatResponse {
        /// Its commit index.
        commit: u64,
    },
    /// The state before a leader's log, for a follower that needs older entries.
    Snapshot {
        /// The index that it stands for.
        index: u64,
        /// That index's term.
        log_term: u64,
        /// The group's members.
        members: ConfState,
        /// What the receiver's state machine needs.
        data: Bytes,
    },
    /// The receiver shall stand for election at once.
    TimeoutNow,
    /// The sender's log was damaged and ends at `last_index`: what it once acknowledged beyond
    /// must be sent again.
    LostLog {
        /// What it still has.
        last_index: u64,
    },
    /// A follower has everything up to `index` in its operating system's cache (write caching).
    Cached {
        /// The last index that it has.
        index: u64,
    },
    /// The sender's host lost its power, and with it perhaps what was acknowledged from the cache:
    /// where does the leader's log end?
    Doubt {
        /// Tells this run of the sender from earlier ones.
        run: u64,
    },
    /// The answer to [`Body::Doubt`].
    LogEnd {
        /// The number in the question.
        run: u64,
        /// The leader's last index.
        last_index: u64,
    },
}

impl RaftMessage {
    /// `None` for kinds that never leave a peer (forwarded proposals, reads).
    pub(crate) fn from_raft(m: eraftpb::Message) -> Option<(PeerId, RaftMessage)> {
        let (to, term) = (m.to, m.term);
        let body = match m.get_msg_type() {
            MessageType::MsgAppend => {
                // Indices are not sent: they follow from the message's own.
                if m.entries.iter().zip(m.index + 1..).any(|(entry, index)| entry.index != index) {
                    return None;
                }
                let entries = m.entries.iter().map(entry_out).collect::<Option<Vec<_>>>()?;
                Body::Append { index: m.index, log_term: m.log_term, commit: m.commit, entries }
            }
            MessageType::MsgAppendResponse => Body::AppendResponse {
                index: m.index,
                commit: m.commit,
                reject: m.reject.then_some((m.reject_hint, m.log_term)),
            },
            kind @ (MessageType::MsgRequestVote | MessageType::MsgRequestPreVote) => Body::Vote {
                pre: kind == MessageType::MsgRequestPreVote,
                index: m.index,
                log_term: m.log_term,
                commit: m.commit,
                commit_term: m.commit_term,
                transfer: m.context == CAMPAIGN_TRANSFER,
            },
            kind @ (MessageType::MsgRequestVoteResponse
            | MessageType::MsgRequestPreVoteResponse) => Body::VoteResponse {
                pre: kind == MessageType::MsgRequestPreVoteResponse,
                reject: m.reject,
                commit: m.commit,
                commit_term: m.commit_term,
                doubtful: false,
            },
            MessageType::MsgHeartbeat => Body::Heartbeat { commit: m.commit },
            MessageType::MsgHeartbeatResponse => Body::HeartbeatResponse { commit: m.commit },
            MessageType::MsgSnapshot => {
                let meta = m.get_snapshot().get_metadata();
                Body::Snapshot {
                    index: meta.index,
                    log_term: meta.term,
                    members: ConfState::from_raft(meta.get_conf_state()),
                    data: m.get_snapshot().data.clone(),
                }
            }
            MessageType::MsgTimeoutNow => Body::TimeoutNow,
            _ => return None,
        };
        Some((to, RaftMessage { term, body }))
    }

    /// `None` for the kinds that raft-rs does not know.
    pub(crate) fn into_raft(self, from: PeerId, to: PeerId) -> Option<eraftpb::Message> {
        let mut m = eraftpb::Message { from, to, term: self.term, ..Default::default() };
        match self.body {
            Body::Append { index, log_term, commit, entries } => {
                m.set_msg_type(MessageType::MsgAppend);
                (m.index, m.log_term, m.commit) = (index, log_term, commit);
                let numbered = entries.into_iter().zip(index + 1..);
                let entries: Vec<_> =
                    numbered.map(|(e, index)| e.payload.into_entry(index, e.term)).collect();
                m.set_entries(entries.into());
            }
            Body::AppendResponse { index, commit, reject } => {
                m.set_msg_type(MessageType::MsgAppendResponse);
                (m.index, m.commit) = (index, commit);
                if let Some((hint, log_term)) = reject {
                    m.reject = true;
                    (m.reject_hint, m.log_term) = (hint, log_term);
                }
            }
            Body::Vote { pre, index, log_term, commit, commit_term, transfer } => {
                m.set_msg_type(match pre {
                    true => MessageType::MsgRequestPreVote,
                    false => MessageType::MsgRequestVote,
                });
                (m.index, m.log_term) = (index, log_term);
                (m.commit, m.commit_term) = (commit, commit_term);
                if transfer {
                    m.context = Bytes::from_static(CAMPAIGN_TRANSFER);
                }
            }
            Body::VoteResponse { pre, reject, commit, commit_term, .. } => {
                m.set_msg_type(match pre {
                    true => MessageType::MsgRequestPreVoteResponse,
                    false => MessageType::MsgRequestVoteResponse,
                });
                m.reject = reject;
                (m.commit, m.commit_term) = (commit, commit_term);
            }
            Body::Heartbeat { commit } | Body::Sleep { commit } => {
                m.set_msg_type(MessageType::MsgHeartbeat);
                m.commit = commit;
            }
            Body::HeartbeatResponse { commit } => {
                m.set_msg_type(MessageType::MsgHeartbeatResponse);
                m.commit = commit;
            }
            Body::Snapshot { index, log_term, members, data } => {
                m.set_msg_type(MessageType::MsgSnapshot);
                let snapshot = m.mut_snapshot();
                snapshot.data = data;
                let meta = snapshot.mut_metadata();
                (meta.index, meta.term) = (index, log_term);
                meta.set_conf_state(members.to_raft());
            }
            Body::TimeoutNow => m.set_msg_type(MessageType::MsgTimeoutNow),
            Body::LostLog { .. }
            | Body::Cached { .. }
            | Body::Doubt { .. }
            | Body::LogEnd { .. } => return None,
        }
        Some(m)
    }
}

fn entry_out(entry: &eraftpb::Entry) -> Option<RaftEntry> {
    Some(RaftEntry { term: entry.term, payload: Payload::of(entry)? })
}
