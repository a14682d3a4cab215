//! What a journal round holds: one frame a change, and how frames are written.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::codec::{self, Decoded, Malformed};
use crate::types::{HardState, LogEntry, LogMeta, LogStart};
use crate::GroupId;

/// A change of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The group exists from here on.
    Create(LogMeta),
    /// It does not exist any more.
    Remove,
    /// An entry; cuts the log there first when it reaches further.
    Append(LogEntry),
    /// Term, vote, commit.
    Hard(HardState),
    /// The log is replaced by an empty one.
    Reset(LogStart, HardState),
    /// The start moves forward with a new owner's state.
    Start(LogStart),
    /// The start moves forward; its owner's state stays (retention).
    Retain(LogStart),
    /// At the head of a journal file: what the group was when the file began.
    Baseline { meta: LogMeta, hard: HardState, start: LogStart, last_index: u64 },
}

impl Change {
    fn kind(&self) -> u8 {
        match self {
            Change::Create(_) => 1,
            Change::Remove => 2,
            Change::Append(_) => 3,
            Change::Hard(_) => 4,
            Change::Reset(..) => 5,
            Change::Start(_) => 6,
            Change::Retain(_) => 7,
            Change::Baseline { .. } => 8,
        }
    }

    /// Writes the frame into `out`; an entry's batch is returned and belongs right after it.
    pub(crate) fn encode(&self, group: GroupId, out: &mut BytesMut) -> Option<Bytes> {
        out.put_u8(self.kind());
        out.put_u64(group);
        match self {
            Change::Create(meta) => codec::put_meta(out, *meta),
            Change::Remove => {}
            Change::Append(entry) => {
                out.put_u64(entry.index);
                out.put_u64(entry.term);
                out.put_u32(u32::try_from(entry.batch.len()).expect("a batch is below 2 GiB"));
                return Some(entry.batch.clone());
            }
            Change::Hard(hard) => codec::put_hard(out, *hard),
            Change::Reset(start, hard) => {
                codec::put_start(out, start);
                codec::put_hard(out, *hard);
            }
            Change::Start(start) => codec::put_start(out, start),
            Change::Retain(start) => codec::put_place(out, start),
            Change::Baseline { meta, hard, start, last_index } => {
                codec::put_meta(out, *meta);
                codec::put_hard(out, *hard);
                codec::put_place(out, start);
                out.put_u64(*last_index);
            }
        }
        None
    }

    /// Reads one frame.
    pub(crate) fn decode(from: &mut Bytes) -> Decoded<(GroupId, Change)> {
        let kind = codec::u8(from)?;
        let group = codec::u64(from)?;
        let change = match kind {
            1 => Change::Create(codec::meta(from)?),
            2 => Change::Remove,
            3 => {
                let (index, term) = (codec::u64(from)?, codec::u64(from)?);
                Change::Append(LogEntry { index, term, batch: codec::bytes(from)? })
            }
            4 => Change::Hard(codec::hard(from)?),
            5 => Change::Reset(codec::start(from)?, codec::hard(from)?),
            6 => Change::Start(codec::start(from)?),
            7 => Change::Retain(codec::place(from)?),
            8 => Change::Baseline {
                meta: codec::meta(from)?,
                hard: codec::hard(from)?,
                start: codec::place(from)?,
                last_index: codec::u64(from)?,
            },
            _ => return Err(Malformed),
        };
        Ok((group, change))
    }

    /// All frames of a round.
    pub(crate) fn decode_all(mut payload: Bytes) -> Decoded<Vec<(GroupId, Change)>> {
        let mut out = Vec::new();
        while payload.has_remaining() {
            out.push(Self::decode(&mut payload)?);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_the_journal() {
        let start = LogStart { index: 4, term: 2, offset: 9, app: Bytes::from_static(b"app") };
        let place = LogStart { app: Bytes::new(), ..start.clone() };
        let hard = HardState { term: 3, vote: 1, commit: 4 };
        let entry = LogEntry { index: 5, term: 2, batch: Bytes::from_static(b"batch") };
        let meta = LogMeta { partition: 3, ..LogMeta::default() };
        let all = vec![
            Change::Create(meta),
            Change::Append(entry),
            Change::Hard(hard),
            Change::Reset(start.clone(), hard),
            Change::Start(start),
            Change::Retain(place.clone()),
            Change::Baseline { meta, hard, start: place, last_index: 8 },
            Change::Remove,
        ];
        let mut payload = Vec::new();
        for (group, change) in (1..).zip(&all) {
            let mut out = BytesMut::new();
            let batch = change.encode(group, &mut out);
            payload.extend_from_slice(&out);
            payload.extend_from_slice(&batch.unwrap_or_default());
        }
        let payload = Bytes::from(payload);
        let back = Change::decode_all(payload.clone()).expect("sound");
        assert_eq!(back, (1..).zip(all).collect::<Vec<_>>());
        for len in 1..payload.len() {
            // A cut payload is either malformed or a shorter list; never a panic.
            let _ = Change::decode_all(payload.slice(..len));
        }
    }
}
