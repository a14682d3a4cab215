//! What an entry holds, and how Raft's own entries lie in a log of record batches.
//!
//! A client's entry is its batch. An election's empty entry and a membership change become a
//! Raft-only batch (`wire::batch::raft_only`) whose payload is a kind byte and, for a membership
//! change, an action byte, the peer's id and the goal's version (which older logs lack: 0), for a
//! new start the offset (8 bytes each, big endian).

use bytes::{BufMut, Bytes, BytesMut};
use headrace_wire::batch::{self, BatchHeader, HEADER_BYTES};
use raft::eraftpb::{ConfChange, ConfChangeType, Entry, EntryType};

use crate::source::{SourceError, StoredEntry};
use crate::PeerId;

const KIND_EMPTY: u8 = 0;
const KIND_MEMBERSHIP: u8 = 1;
const KIND_START: u8 = 2;
const MEMBERSHIP_BYTES: usize = 17;
const START_BYTES: usize = 8;
/// Raft-only batches carry no time: -1, as Kafka writes "none".
const NO_TIMESTAMP_MS: i64 = -1;

/// One step of a group's membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// The peer may vote from now on (also: a learner becomes a voter).
    AddVoter(PeerId),
    /// The peer gets the log but does not vote.
    AddLearner(PeerId),
    /// The peer is no member any more.
    Remove(PeerId),
}

impl Membership {
    pub(crate) fn encode(self, goal: u64) -> Bytes {
        let (action, peer) = match self {
            Membership::AddVoter(peer) => (0, peer),
            Membership::AddLearner(peer) => (1, peer),
            Membership::Remove(peer) => (2, peer),
        };
        let mut out = BytesMut::with_capacity(MEMBERSHIP_BYTES);
        out.put_u8(action);
        out.put_u64(peer);
        out.put_u64(goal);
        out.freeze()
    }

    pub(crate) fn decode(data: &[u8]) -> Option<Payload> {
        let (action, rest) = data.split_first()?;
        let (peer, goal) = rest.split_first_chunk()?;
        let goal = match goal {
            [] => 0,
            goal => u64::from_be_bytes(goal.try_into().ok()?),
        };
        let peer = PeerId::from_be_bytes(*peer);
        let change = match action {
            _ if peer == 0 => return None,
            0 => Membership::AddVoter(peer),
            1 => Membership::AddLearner(peer),
            2 => Membership::Remove(peer),
            _ => return None,
        };
        Some(Payload::Membership { change, goal })
    }

    pub(crate) fn conf_change(self) -> ConfChange {
        let (kind, peer) = match self {
            Membership::AddVoter(peer) => (ConfChangeType::AddNode, peer),
            Membership::AddLearner(peer) => (ConfChangeType::AddLearnerNode, peer),
            Membership::Remove(peer) => (ConfChangeType::RemoveNode, peer),
        };
        let mut change = ConfChange::default();
        change.set_change_type(kind);
        change.node_id = peer;
        change
    }
}

/// What an entry carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The first entry of a term.
    Empty,
    /// A change of the members.
    Membership {
        /// The step.
        change: Membership,
        /// The version of the goal that it was taken for.
        goal: u64,
    },
    /// Records below the offset are deleted: the log starts there for its readers.
    Start(i64),
    /// A whole record batch, stamped with its offset and the term.
    Batch(Bytes),
}

impl Payload {
    /// raft-rs parses the `data` of a membership change as protobuf when it is proposed, so ours
    /// lies in `context`, as a new start does; nothing that came from the network is ever parsed
    /// that way.
    pub(crate) fn of(entry: &Entry) -> Option<Payload> {
        if entry.get_entry_type() != EntryType::EntryNormal {
            return Membership::decode(&entry.context);
        }
        if entry.data.is_empty() {
            return match entry.context.is_empty() {
                true => Some(Payload::Empty),
                false => start(&entry.context),
            };
        }
        Some(Payload::Batch(entry.data.clone()))
    }

    pub(crate) fn into_entry(self, index: u64, term: u64) -> Entry {
        let mut entry = Entry { index, term, ..Entry::default() };
        match self {
            Payload::Empty => {}
            Payload::Membership { change, goal } => {
                entry.set_entry_type(EntryType::EntryConfChange);
                entry.context = change.encode(goal);
            }
            Payload::Start(offset) => entry.context = offset.to_be_bytes().to_vec().into(),
            Payload::Batch(batch) => entry.data = batch,
        }
        entry
    }

    /// The batch as it lies in the log, given the offset after the entry before.
    pub(crate) fn into_batch(self, offset: i64, term: u64) -> Result<Bytes, SourceError> {
        let epoch = i32::try_from(term).map_err(|_| SourceError::corrupt("term beyond 2^31"))?;
        let payload = match self {
            Payload::Batch(batch) => {
                let header = BatchHeader::parse(&batch)
                    .map_err(|_| SourceError::corrupt("an entry is not a batch"))?;
                if header.base_offset != offset || header.takes_no_offset() {
                    let why = format!(
                        "a batch of term {term} says offset {}, but the log ends at {offset}",
                        header.base_offset
                    );
                    return Err(SourceError::Corrupt(why));
                }
                return Ok(batch);
            }
            Payload::Empty => Bytes::from_static(&[KIND_EMPTY]),
            Payload::Membership { change, goal } => {
                let mut out = BytesMut::with_capacity(1 + MEMBERSHIP_BYTES);
                out.put_u8(KIND_MEMBERSHIP);
                out.extend_from_slice(&change.encode(goal));
                out.freeze()
            }
            Payload::Start(start) => {
                let mut out = BytesMut::with_capacity(1 + START_BYTES);
                out.put_u8(KIND_START);
                out.put_i64(start);
                out.freeze()
            }
        };
        Ok(Bytes::from(batch::raft_only(offset, epoch, NO_TIMESTAMP_MS, &payload)))
    }

    /// Reads an entry back from the log.
    pub(crate) fn from_batch(batch: &Bytes) -> Result<(Payload, BatchHeader), SourceError> {
        let header = BatchHeader::parse(batch)
            .map_err(|_| SourceError::corrupt("a stored entry is not a batch"))?;
        if !header.takes_no_offset() {
            return Ok((Payload::Batch(batch.clone()), header));
        }
        let payload = &batch[HEADER_BYTES..header.size_bytes];
        let parsed = match payload.split_first() {
            Some((&KIND_EMPTY, [])) => Some(Payload::Empty),
            Some((&KIND_MEMBERSHIP, rest)) => Membership::decode(rest),
            Some((&KIND_START, rest)) => start(rest),
            _ => None,
        };
        let payload = parsed.ok_or(SourceError::corrupt("a Raft-only batch of no known kind"))?;
        Ok((payload, header))
    }
}

/// A new start, which is an offset.
fn start(data: &[u8]) -> Option<Payload> {
    let offset = i64::from_be_bytes(data.try_into().ok()?);
    (offset >= 0).then_some(Payload::Start(offset))
}

/// Reads a membership change or an empty entry or a batch as raft-rs wants it.
pub(crate) fn from_stored(stored: &StoredEntry) -> Result<Entry, SourceError> {
    let (payload, _) = Payload::from_batch(&stored.batch)?;
    Ok(payload.into_entry(stored.index, stored.term))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raft_only_entries_survive_the_log() {
        let all = [
            Payload::Empty,
            Payload::Membership { change: Membership::AddVoter(7), goal: 0 },
            Payload::Membership { change: Membership::AddLearner(u64::MAX), goal: u64::MAX },
            Payload::Membership { change: Membership::Remove(1), goal: 3 },
            Payload::Start(77),
        ];
        for payload in all {
            let batch = payload.clone().into_batch(55, 3).expect("encodes");
            let (back, header) = Payload::from_batch(&batch).expect("decodes");
            assert_eq!(back, payload);
            assert_eq!((header.next_offset(), header.leader_epoch), (55, 3));
        }
    }

    #[test]
    fn a_batch_with_a_wrong_offset_is_refused() {
        let batch = Bytes::from(batch::raft_only(10, 1, 0, b""));
        assert!(Payload::Batch(batch).into_batch(10, 1).is_err(), "takes no offset");
        assert!(Payload::Batch(Bytes::from_static(b"junk")).into_batch(0, 1).is_err());
    }

    #[test]
    fn changes_of_older_logs_have_no_goal() {
        let batch = Bytes::from(batch::raft_only(0, 1, 0, b"\x01\x02\0\0\0\0\0\0\0\x04"));
        let (payload, _) = Payload::from_batch(&batch).expect("decodes");
        assert_eq!(payload, Payload::Membership { change: Membership::Remove(4), goal: 0 });
    }

    #[test]
    fn unknown_kinds_are_refused() {
        for payload in [
            &b""[..],
            b"\x09",
            b"\x01",
            b"\x01\x05\0\0\0\0\0\0\0\x01",
            b"\x01\x01\0\0\0\0\0\0\0\x01\0",
            b"\x00x",
            b"\x02",
            b"\x02\xff\0\0\0\0\0\0\0",
        ] {
            let batch = Bytes::from(batch::raft_only(0, 1, 0, payload));
            assert!(Payload::from_batch(&batch).is_err(), "{payload:?}");
        }
    }
}
