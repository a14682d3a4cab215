//! Messages as bytes: compact, and bounds-checked on the way in.
//!
//! A message is `group, kind, term` and its fields; numbers are LEB128 varints, so that a
//! heartbeat of a typical group takes seven bytes. Who sent it and to whom is the connection's
//! business. Batches are written by reference and read as slices of the received frame.
//! Terms and indices are bounded by `u64::MAX / 2`, so that arithmetic on them cannot overflow.

use bytes::{BufMut, Bytes, BytesMut};

use crate::entry::{Membership, Payload};
use crate::message::{Body, RaftEntry, RaftMessage};
use crate::source::ConfState;

/// Byte strings from this size on are shared with the frame, not copied into it.
const SHARED_FROM_BYTES: usize = 1024;
/// Members of one group that a message may list.
const MAX_MEMBERS: u64 = 1024;
/// Terms and indices beyond this are refused.
const MAX_NUMBER: u64 = u64::MAX / 2;
/// The shortest entry: term, kind.
const MIN_ENTRY_BYTES: usize = 2;

/// Why received bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end too early.
    #[error("the message is cut short")]
    Truncated,
    /// A number that no sender writes.
    #[error("a number is out of bounds")]
    Number,
    /// A kind that this version does not know.
    #[error("unknown kind {0}")]
    Kind(u8),
}

/// A frame being written: small parts are gathered, large ones are shared.
#[derive(Debug, Default)]
pub struct FrameWriter {
    chunks: Vec<Bytes>,
    tail: BytesMut,
    shared: usize,
}

impl FrameWriter {
    /// An empty frame.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.shared + self.tail.len()
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes one byte.
    pub fn put_u8(&mut self, value: u8) {
        self.tail.put_u8(value);
    }

    /// Writes a LEB128 varint.
    pub fn put_varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.tail.put_u8((value as u8) | 0x80);
            value >>= 7;
        }
        self.tail.put_u8(value as u8);
    }

    /// Writes a length and the bytes.
    pub fn put_bytes(&mut self, data: &Bytes) {
        self.put_varint(data.len() as u64);
        if data.len() < SHARED_FROM_BYTES {
            self.tail.put_slice(data);
            return;
        }
        self.flush();
        self.shared += data.len();
        self.chunks.push(data.clone());
    }

    fn flush(&mut self) {
        if !self.tail.is_empty() {
            self.shared += self.tail.len();
            self.chunks.push(self.tail.split().freeze());
        }
    }

    /// The parts, in order.
    pub fn into_chunks(mut self) -> Vec<Bytes> {
        self.flush();
        self.chunks
    }
}

/// A received frame being read.
#[derive(Debug)]
pub struct FrameReader {
    data: Bytes,
}

impl FrameReader {
    /// Reads `data` from its start.
    pub fn new(data: Bytes) -> Self {
        FrameReader { data }
    }

    /// Bytes left.
    pub fn remaining(&self) -> usize {
        self.data.len()
    }

    /// Reads one byte.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        let value = *self.data.first().ok_or(DecodeError::Truncated)?;
        let _ = self.data.split_to(1);
        Ok(value)
    }

    /// Reads a LEB128 varint.
    ///
    /// # Errors
    /// `Truncated`, or `Number` beyond 64 bits.
    pub fn varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0u64;
        for (at, &byte) in self.data.iter().enumerate().take(10) {
            let part = u64::from(byte & 0x7f);
            if at == 9 && part > 1 {
                return Err(DecodeError::Number);
            }
            value |= part << (7 * at);
            if byte & 0x80 == 0 {
                let _ = self.data.split_to(at + 1);
                return Ok(value);
            }
        }
        if self.data.len() < 10 {
            return Err(DecodeError::Truncated);
        }
        Err(DecodeError::Number)
    }

    /// Reads a term or an index.
    ///
    /// # Errors
    /// As [`FrameReader::varint`].
    pub fn number(&mut self) -> Result<u64, DecodeError> {
        let value = self.varint()?;
        if value > MAX_NUMBER {
            return Err(DecodeError::Number);
        }
        Ok(value)
    }

    /// Reads a length and that many bytes, without a copy.
    ///
    /// # Errors
    /// `Truncated` when the length is more than what is left.
    pub fn bytes(&mut self) -> Result<Bytes, DecodeError> {
        let len = self.varint()?;
        if len > self.data.len() as u64 {
            return Err(DecodeError::Truncated);
        }
        Ok(self.data.split_to(usize::try_from(len).map_err(|_| DecodeError::Number)?))
    }

    fn flag(&mut self) -> Result<bool, DecodeError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::Number),
        }
    }
}

mod kind {
    pub const APPEND: u8 = 1;
    pub const APPEND_OK: u8 = 2;
    pub const APPEND_REJECT: u8 = 3;
    pub const VOTE: u8 = 4;
    pub const PRE_VOTE: u8 = 5;
    pub const VOTE_RESPONSE: u8 = 6;
    pub const PRE_VOTE_RESPONSE: u8 = 7;
    pub const HEARTBEAT: u8 = 8;
    pub const HEARTBEAT_RESPONSE: u8 = 9;
    pub const SNAPSHOT: u8 = 10;
    pub const TIMEOUT_NOW: u8 = 11;
    pub const LOST_LOG: u8 = 12;
    pub const SLEEP: u8 = 13;
    pub const CACHED: u8 = 14;
    pub const DOUBT: u8 = 15;
    pub const LOG_END: u8 = 16;

    pub const ENTRY_EMPTY: u8 = 0;
    pub const ENTRY_MEMBERSHIP: u8 = 1;
    pub const ENTRY_BATCH: u8 = 2;
    pub const ENTRY_START: u8 = 3;
}

/// Writes a message about `group`.
pub fn encode_message(group: u64, message: &RaftMessage, out: &mut FrameWriter) {
    let mut head = |kind: u8, numbers: &[u64]| {
        out.put_varint(group);
        out.put_u8(kind);
        out.put_varint(message.term);
        for &number in numbers {
            out.put_varint(number);
        }
    };
    match &message.body {
        Body::Append { index, log_term, commit, entries } => {
            head(kind::APPEND, &[*index, *log_term, *commit, entries.len() as u64]);
            for entry in entries {
                encode_entry(entry, out);
            }
        }
        Body::AppendResponse { index, commit, reject: None } => {
            head(kind::APPEND_OK, &[*index, *commit]);
        }
        Body::AppendResponse { index, commit, reject: Some((hint, log_term)) } => {
            head(kind::APPEND_REJECT, &[*index, *commit, *hint, *log_term]);
        }
        Body::Vote { pre, index, log_term, commit, commit_term, transfer } => {
            let kind = if *pre { kind::PRE_VOTE } else { kind::VOTE };
            head(kind, &[*index, *log_term, *commit, *commit_term]);
            out.put_u8(u8::from(*transfer));
        }
        Body::VoteResponse { pre, reject, commit, commit_term, doubtful } => {
            let kind = if *pre { kind::PRE_VOTE_RESPONSE } else { kind::VOTE_RESPONSE };
            head(kind, &[*commit, *commit_term]);
            out.put_u8(u8::from(*reject));
            out.put_u8(u8::from(*doubtful));
        }
        Body::Heartbeat { commit } => head(kind::HEARTBEAT, &[*commit]),
        Body::Sleep { commit } => head(kind::SLEEP, &[*commit]),
        Body::HeartbeatResponse { commit } => head(kind::HEARTBEAT_RESPONSE, &[*commit]),
        Body::Snapshot { index, log_term, members, data } => {
            head(kind::SNAPSHOT, &[*index, *log_term]);
            for list in [&members.voters, &members.learners] {
                out.put_varint(list.len() as u64);
                list.iter().for_each(|&peer| out.put_varint(peer));
            }
            out.put_bytes(data);
        }
        Body::TimeoutNow => head(kind::TIMEOUT_NOW, &[]),
        Body::LostLog { last_index } => head(kind::LOST_LOG, &[*last_index]),
        Body::Cached { index } => head(kind::CACHED, &[*index]),
        Body::Doubt { run } => head(kind::DOUBT, &[*run]),
        Body::LogEnd { run, last_index } => head(kind::LOG_END, &[*run, *last_index]),
    }
}

fn encode_entry(entry: &RaftEntry, out: &mut FrameWriter) {
    out.put_varint(entry.term);
    match &entry.payload {
        Payload::Empty => out.put_u8(kind::ENTRY_EMPTY),
        Payload::Membership { change, goal } => {
            out.put_u8(kind::ENTRY_MEMBERSHIP);
            out.put_bytes(&change.encode(*goal));
        }
        Payload::Start(offset) => {
            out.put_u8(kind::ENTRY_START);
            out.put_varint(u64::try_from(*offset).unwrap_or(0));
        }
        Payload::Batch(batch) => {
            out.put_u8(kind::ENTRY_BATCH);
            out.put_bytes(batch);
        }
    }
}

/// Reads a message and the group that it is about.
///
/// # Errors
/// [`DecodeError`]; the frame is then of no further use.
pub fn decode_message(input: &mut FrameReader) -> Result<(u64, RaftMessage), DecodeError> {
    let group = input.varint()?;
    let kind = input.u8()?;
    let term = input.number()?;
    let body = match kind {
        kind::APPEND => decode_append(input)?,
        kind::APPEND_OK => {
            Body::AppendResponse { index: input.number()?, commit: input.number()?, reject: None }
        }
        kind::APPEND_REJECT => Body::AppendResponse {
            index: input.number()?,
            commit: input.number()?,
            reject: Some((input.number()?, input.number()?)),
        },
        kind::VOTE | kind::PRE_VOTE => Body::Vote {
            pre: kind == kind::PRE_VOTE,
            index: input.number()?,
            log_term: input.number()?,
            commit: input.number()?,
            commit_term: input.number()?,
            transfer: input.flag()?,
        },
        kind::VOTE_RESPONSE | kind::PRE_VOTE_RESPONSE => Body::VoteResponse {
            pre: kind == kind::PRE_VOTE_RESPONSE,
            commit: input.number()?,
            commit_term: input.number()?,
            reject: input.flag()?,
            doubtful: input.flag()?,
        },
        kind::HEARTBEAT => Body::Heartbeat { commit: input.number()? },
        kind::SLEEP => Body::Sleep { commit: input.number()? },
        kind::HEARTBEAT_RESPONSE => Body::HeartbeatResponse { commit: input.number()? },
        kind::SNAPSHOT => Body::Snapshot {
            index: input.number()?,
            log_term: input.number()?,
            members: ConfState { voters: peers(input)?, learners: peers(input)? },
            data: input.bytes()?,
        },
        kind::TIMEOUT_NOW => Body::TimeoutNow,
        kind::LOST_LOG => Body::LostLog { last_index: input.number()? },
        kind::CACHED => Body::Cached { index: input.number()? },
        kind::DOUBT => Body::Doubt { run: input.number()? },
        kind::LOG_END => Body::LogEnd { run: input.number()?, last_index: input.number()? },
        other => return Err(DecodeError::Kind(other)),
    };
    Ok((group, RaftMessage { term, body }))
}

fn decode_append(input: &mut FrameReader) -> Result<Body, DecodeError> {
    let index = input.number()?;
    let log_term = input.number()?;
    let commit = input.number()?;
    let count = input.number()?;
    if count > (input.remaining() / MIN_ENTRY_BYTES) as u64 {
        return Err(DecodeError::Truncated);
    }
    let mut entries = Vec::with_capacity(count as usize);
    for _ in 0..count {
        entries.push(decode_entry(input)?);
    }
    Ok(Body::Append { index, log_term, commit, entries })
}

fn decode_entry(input: &mut FrameReader) -> Result<RaftEntry, DecodeError> {
    let term = input.number()?;
    let payload = match input.u8()? {
        kind::ENTRY_EMPTY => Payload::Empty,
        kind::ENTRY_MEMBERSHIP => Membership::decode(&input.bytes()?).ok_or(DecodeError::Number)?,
        kind::ENTRY_START => {
            Payload::Start(i64::try_from(input.number()?).map_err(|_| DecodeError::Number)?)
        }
        kind::ENTRY_BATCH => Payload::Batch(input.bytes()?),
        other => return Err(DecodeError::Kind(other)),
    };
    Ok(RaftEntry { term, payload })
}

fn peers(input: &mut FrameReader) -> Result<Vec<u64>, DecodeError> {
    let count = input.varint()?;
    if count > MAX_MEMBERS {
        return Err(DecodeError::Number);
    }
    (0..count).map(|_| input.number()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn samples() -> Vec<RaftMessage> {
        let big = Bytes::from(vec![7u8; 5000]);
        let entry = |term, payload| RaftEntry { term, payload };
        let bodies = vec![
            Body::Append {
                index: 300,
                log_term: 2,
                commit: 299,
                entries: vec![
                    entry(2, Payload::Batch(big.clone())),
                    entry(3, Payload::Empty),
                    entry(3, Payload::Membership { change: Membership::AddLearner(4), goal: 9 }),
                    entry(3, Payload::Start(1 << 40)),
                    entry(3, Payload::Batch(Bytes::from_static(b"small"))),
                ],
            },
            Body::AppendResponse { index: 5, commit: 4, reject: None },
            Body::AppendResponse { index: 5, commit: 4, reject: Some((3, 2)) },
            Body::Vote {
                pre: true,
                index: 1,
                log_term: 1,
                commit: 1,
                commit_term: 1,
                transfer: false,
            },
            Body::Vote {
                pre: false,
                index: 9,
                log_term: 8,
                commit: 7,
                commit_term: 6,
                transfer: true,
            },
            Body::VoteResponse {
                pre: false,
                reject: true,
                commit: 3,
                commit_term: 1,
                doubtful: false,
            },
            Body::VoteResponse {
                pre: true,
                reject: false,
                commit: 3,
                commit_term: 1,
                doubtful: true,
            },
            Body::Heartbeat { commit: 129 },
            Body::HeartbeatResponse { commit: 1 << 40 },
            Body::Snapshot {
                index: 77,
                log_term: 3,
                members: ConfState { voters: vec![1, 2, 3], learners: vec![9] },
                data: big,
            },
            Body::TimeoutNow,
            Body::LostLog { last_index: 12 },
            Body::Cached { index: 300 },
            Body::Doubt { run: 1 << 41 },
            Body::LogEnd { run: 1 << 41, last_index: 8 },
        ];
        bodies.into_iter().map(|body| RaftMessage { term: 6, body }).collect()
    }

    fn joined(writer: FrameWriter) -> Bytes {
        let len = writer.len();
        let joined = Bytes::from(writer.into_chunks().concat());
        assert_eq!(joined.len(), len);
        joined
    }

    #[test]
    fn every_kind_survives_the_wire() {
        let mut out = FrameWriter::new();
        for (group, message) in samples().iter().enumerate() {
            encode_message(group as u64 * 1000, message, &mut out);
        }
        let mut input = FrameReader::new(joined(out));
        for (group, message) in samples().into_iter().enumerate() {
            assert_eq!(decode_message(&mut input), Ok((group as u64 * 1000, message)));
        }
        assert_eq!(input.remaining(), 0);
    }

    #[test]
    fn every_cut_is_noticed() {
        for message in samples() {
            let mut out = FrameWriter::new();
            encode_message(8, &message, &mut out);
            let whole = joined(out);
            for len in 0..whole.len() {
                assert!(decode_message(&mut FrameReader::new(whole.slice(..len))).is_err());
            }
        }
    }

    #[test]
    fn a_heartbeat_is_small() {
        let mut out = FrameWriter::new();
        let body = Body::Heartbeat { commit: 100_000 };
        encode_message(900, &RaftMessage { term: 12, body }, &mut out);
        assert!(out.len() <= 8, "{} bytes", out.len());
    }

    #[test]
    fn claimed_lengths_are_not_believed() {
        let mut out = FrameWriter::new();
        for number in [1, u64::from(kind::APPEND), 1, 0, 0, 0, 1 << 40] {
            out.put_varint(number);
        }
        let result = decode_message(&mut FrameReader::new(joined(out)));
        assert_eq!(result, Err(DecodeError::Truncated));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(data in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut input = FrameReader::new(Bytes::from(data));
            while input.remaining() > 0 && decode_message(&mut input).is_ok() {}
        }

        #[test]
        fn varints_survive(value in any::<u64>()) {
            let mut out = FrameWriter::new();
            out.put_varint(value);
            prop_assert_eq!(FrameReader::new(joined(out)).varint(), Ok(value));
        }
    }
}
