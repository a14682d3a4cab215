// Written by generate.py from Kafka's message descriptions; do not edit.
//! `consumer_subscription`: [`ConsumerProtocolSubscription`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::Writer;
use crate::{DecodeError, EncodeError, Reader, Str};
use bytes::Bytes;

#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerProtocolSubscription {
    pub topics: Vec<Str>,
    pub user_data: Option<Bytes>,
    pub owned_partitions: Vec<TopicPartition>,
    pub generation_id: i32,
    pub rack_id: Option<Str>,
}

impl Default for ConsumerProtocolSubscription {
    fn default() -> Self {
        Self {
            topics: Vec::new(),
            user_data: None,
            owned_partitions: Vec::new(),
            generation_id: -1,
            rack_id: None,
        }
    }
}

impl ConsumerProtocolSubscription {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ConsumerProtocolSubscription", version });
        }
        let topics = buf.array(false, 2, |buf| buf.string(false))?;
        let user_data = buf.nullable_bytes(false)?;
        let owned_partitions = if version >= 1 {
            buf.array(false, 6, |buf| TopicPartition::decode(buf, version))?
        } else {
            Vec::new()
        };
        let generation_id = if version >= 2 { buf.i32()? } else { -1 };
        let rack_id = if version == 3 { buf.nullable_string(false)? } else { None };
        Ok(Self { topics, user_data, owned_partitions, generation_id, rack_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ConsumerProtocolSubscription", version });
        }
        out.array(&self.topics, false, |out, value| out.string(value, false))?;
        out.nullable_bytes(self.user_data.as_ref(), false)?;
        if version >= 1 {
            out.array(&self.owned_partitions, false, |out, value| value.encode(out, version))?;
        }
        if version >= 2 {
            out.i32(self.generation_id);
        }
        if version == 3 {
            out.nullable_string(self.rack_id.as_deref(), false)?;
        }
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
impl Message for ConsumerProtocolSubscription {
    const NAME: &'static str = "ConsumerProtocolSubscription";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
