// Written by generate.py from Kafka's message descriptions; do not edit.
//! `consumer_assignment`: [`ConsumerProtocolAssignment`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::Writer;
use crate::{DecodeError, EncodeError, Reader, Str};
use bytes::Bytes;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerProtocolAssignment {
    pub assigned_partitions: Vec<TopicPartition>,
    pub user_data: Option<Bytes>,
}

impl ConsumerProtocolAssignment {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ConsumerProtocolAssignment", version });
        }
        let assigned_partitions =
            buf.array(false, 6, |buf| TopicPartition::decode(buf, version))?;
        let user_data = buf.nullable_bytes(false)?;
        Ok(Self { assigned_partitions, user_data })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ConsumerProtocolAssignment", version });
        }
        out.array(&self.assigned_partitions, false, |out, value| value.encode(out, version))?;
        out.nullable_bytes(self.user_data.as_ref(), false)?;
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartition {
    pub topic: Str,
    pub partitions: Vec<i32>,
}

impl TopicPartition {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let topic = buf.string(false)?;
        let partitions = buf.array(false, 4, |buf| buf.i32())?;
        Ok(Self { topic, partitions })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic, false)?;
        out.array(&self.partitions, false, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        Ok(())
    }
}
impl Message for ConsumerProtocolAssignment {
    const NAME: &'static str = "ConsumerProtocolAssignment";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
