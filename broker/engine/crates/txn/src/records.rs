//! The records of `__transaction_state`, in Apache Kafka's formats, so that its tools read ours.
//!
//! A key is a 16-bit version, 0, and the transactional id. A value starts with its version; we
//! read 0 and 1 and write 1, the "flexible" form of KIP-482, whose tagged fields hold what the
//! second transaction protocol added. A record without a value deletes the id.

use bytes::Bytes;
use headrace_wire::{DecodeError, EncodeError, Reader, TaggedFields, Writer};

use crate::state::{Metadata, Partitions, State, NO_EPOCH, NO_ID};

const KEY_VERSION: i16 = 0;
const VALUE_VERSION: i16 = 1;
const TAG_PREVIOUS_ID: u32 = 0;
const TAG_NEXT_ID: u32 = 1;
const TAG_CLIENT_VERSION: u32 = 2;
/// The least that a topic of a value takes: two lengths.
const TOPIC_MIN_BYTES: usize = 2;

/// One record of `__transaction_state`; no value is a tombstone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose.
    pub key: Bytes,
    /// Its new state, or none to delete it.
    pub value: Option<Bytes>,
}

/// The key of a transactional id.
///
/// # Errors
/// When the id is too long.
pub fn encode_key(transactional_id: &str) -> Result<Bytes, EncodeError> {
    let mut out = Writer::new();
    out.i16(KEY_VERSION);
    out.string(transactional_id, false)?;
    Ok(out.into_bytes())
}

/// Reads a record's key: the transactional id.
///
/// # Errors
/// When the bytes are not a key of a known version.
pub fn decode_key(data: &[u8]) -> Result<String, DecodeError> {
    let mut input = Reader::new(Bytes::copy_from_slice(data));
    let version = input.i16()?;
    if version != KEY_VERSION {
        return Err(DecodeError::Version { message: "TransactionLogKey", version });
    }
    Ok(input.string(false)?.to_string())
}

impl Metadata {
    /// The record value.
    ///
    /// # Errors
    /// When a topic's name is too long.
    pub fn encode(&self) -> Result<Bytes, EncodeError> {
        let mut out = Writer::new();
        out.i16(VALUE_VERSION);
        out.i64(self.producer_id);
        out.i16(self.epoch);
        out.i32(self.timeout_ms);
        out.i8(self.state as i8);
        let topics: Vec<_> = self.partitions.iter().collect();
        let topics = (self.state != State::Empty).then_some(topics);
        out.nullable_array(topics.as_deref(), true, |out, (topic, indexes)| {
            out.string(topic, true)?;
            let indexes: Vec<i32> = indexes.iter().copied().collect();
            out.array(&indexes, true, |out, index| {
                out.i32(*index);
                Ok(())
            })?;
            out.no_tagged_fields();
            Ok(())
        })?;
        out.i64(self.update_ms);
        out.i64(self.start_ms);
        let mut tags = TaggedFields::default();
        for (tag, id) in
            [(TAG_PREVIOUS_ID, self.previous_producer_id), (TAG_NEXT_ID, self.next_producer_id)]
        {
            if id != NO_ID {
                tags.put(tag, |out| {
                    out.i64(id);
                    Ok(())
                })?;
            }
        }
        if self.client_version != 0 {
            tags.put(TAG_CLIENT_VERSION, |out| {
                out.i16(self.client_version);
                Ok(())
            })?;
        }
        out.tagged_fields(tags);
        Ok(out.into_bytes())
    }

    /// Reads a record value.
    ///
    /// # Errors
    /// When the bytes are not a value of a known version.
    pub fn decode(data: &[u8]) -> Result<Metadata, DecodeError> {
        let mut input = Reader::new(Bytes::copy_from_slice(data));
        let version = input.i16()?;
        if !(0..=VALUE_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "TransactionLogValue", version });
        }
        let flexible = version >= 1;
        let producer_id = input.i64()?;
        let epoch = input.i16()?;
        let timeout_ms = input.i32()?;
        let status = input.i8()?;
        let state = State::ALL.into_iter().find(|state| *state as i8 == status);
        let state = state.ok_or(DecodeError::Record("no such state of a transaction"))?;
        let topics = input.nullable_array(flexible, TOPIC_MIN_BYTES, |input| {
            let topic = input.string(flexible)?.to_string();
            let indexes = input.array(flexible, 4, Reader::i32)?;
            if flexible {
                input.skip_tagged_fields()?;
            }
            Ok((topic, indexes.into_iter().collect()))
        })?;
        let partitions: Partitions = topics.unwrap_or_default().into_iter().collect();
        let update_ms = input.i64()?;
        let start_ms = input.i64()?;
        let (mut previous, mut next, mut client_version) = (NO_ID, NO_ID, 0);
        if flexible {
            input.tagged_fields(|tag, input| {
                match tag {
                    TAG_PREVIOUS_ID => previous = input.i64()?,
                    TAG_NEXT_ID => next = input.i64()?,
                    TAG_CLIENT_VERSION => client_version = input.i16()?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Metadata {
            producer_id,
            previous_producer_id: previous,
            next_producer_id: next,
            epoch,
            last_epoch: NO_EPOCH,
            timeout_ms,
            state,
            partitions,
            start_ms,
            update_ms,
            client_version,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(state: State) -> Metadata {
        let partitions = match state {
            State::Empty => Partitions::new(),
            _ => Partitions::from([("a".to_owned(), [0, 2].into()), ("b".to_owned(), [1].into())]),
        };
        Metadata {
            timeout_ms: 60_000,
            epoch: 3,
            state,
            partitions,
            start_ms: 5,
            update_ms: 6,
            client_version: 2,
            next_producer_id: 77,
            ..Metadata::new(1234)
        }
    }

    #[test]
    fn records_come_back() {
        assert_eq!(decode_key(&encode_key("my-id").expect("short")), Ok("my-id".to_owned()));
        for state in State::ALL {
            let written = metadata(state);
            let bytes = written.encode().expect("short");
            assert_eq!(Metadata::decode(&bytes), Ok(written));
            for len in 0..bytes.len() {
                assert!(Metadata::decode(&bytes[..len]).is_err(), "{len} bytes");
            }
        }
    }

    #[test]
    fn version_0_is_read() {
        let mut out = Writer::new();
        out.i16(0);
        out.i64(9);
        out.i16(1);
        out.i32(500);
        out.i8(1);
        out.array(&["t"], false, |out, topic| {
            out.string(topic, false)?;
            out.array(&[4], false, |out, index| {
                out.i32(*index);
                Ok(())
            })
        })
        .expect("short");
        out.i64(20);
        out.i64(10);
        let read = Metadata::decode(&out.into_bytes()).expect("version 0");
        assert_eq!((read.producer_id, read.epoch, read.state), (9, 1, State::Ongoing));
        assert_eq!(read.partitions, Partitions::from([("t".to_owned(), [4].into())]));
        assert_eq!((read.start_ms, read.update_ms, read.client_version), (10, 20, 0));
    }

    #[test]
    fn foreign_records_are_refused() {
        assert!(decode_key(&[0, 1, 0, 1, b'x']).is_err());
        assert!(Metadata::decode(&[0, 2]).is_err());
        assert!(Metadata::decode(&[]).is_err());
    }
}
