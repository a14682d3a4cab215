// Written by generate.py from Kafka's message descriptions; do not edit.
//! `offset_for_leader_epoch`: [`OffsetForLeaderEpochRequest`] and [`OffsetForLeaderEpochResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetForLeaderEpochRequest {
    pub replica_id: i32,
    pub topics: Vec<OffsetForLeaderTopic>,
}

impl Default for OffsetForLeaderEpochRequest {
    fn default() -> Self {
        Self { replica_id: -2, topics: Vec::new() }
    }
}

impl OffsetForLeaderEpochRequest {
    pub const MIN_VERSION: i16 = 2;
    pub const MAX_VERSION: i16 = 4;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "OffsetForLeaderEpochRequest", version });
        }
        let replica_id = if version >= 3 { buf.i32()? } else { -2 };
        let topics =
            buf.array(version == 4, 3, |buf| OffsetForLeaderTopic::decode(buf, version))?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { replica_id, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "OffsetForLeaderEpochRequest", version });
        }
        if version >= 3 {
            out.i32(self.replica_id);
        }
        out.array(&self.topics, version == 4, |out, value| value.encode(out, version))?;
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetForLeaderTopic {
    pub topic: Str,
    pub partitions: Vec<OffsetForLeaderPartition>,
}

impl OffsetForLeaderTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic = buf.string(version == 4)?;
        let partitions =
            buf.array(version == 4, 12, |buf| OffsetForLeaderPartition::decode(buf, version))?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topic, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic, version == 4)?;
        out.array(&self.partitions, version == 4, |out, value| value.encode(out, version))?;
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetForLeaderPartition {
    pub partition: i32,
    pub current_leader_epoch: i32,
    pub leader_epoch: i32,
}

impl Default for OffsetForLeaderPartition {
    fn default() -> Self {
        Self { partition: 0, current_leader_epoch: -1, leader_epoch: 0 }
    }
}

impl OffsetForLeaderPartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition = buf.i32()?;
        let current_leader_epoch = buf.i32()?;
        let leader_epoch = buf.i32()?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition, current_leader_epoch, leader_epoch })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition);
        out.i32(self.current_leader_epoch);
        out.i32(self.leader_epoch);
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for OffsetForLeaderEpochRequest {
    const NAME: &'static str = "OffsetForLeaderEpochRequest";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetForLeaderEpochResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetForLeaderTopicResult>,
}

impl OffsetForLeaderEpochResponse {
    pub const MIN_VERSION: i16 = 2;
    pub const MAX_VERSION: i16 = 4;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "OffsetForLeaderEpochResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let topics =
            buf.array(version == 4, 3, |buf| OffsetForLeaderTopicResult::decode(buf, version))?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "OffsetForLeaderEpochResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.topics, version == 4, |out, value| value.encode(out, version))?;
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetForLeaderTopicResult {
    pub topic: Str,
    pub partitions: Vec<EpochEndOffset>,
}

impl OffsetForLeaderTopicResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic = buf.string(version == 4)?;
        let partitions = buf.array(version == 4, 18, |buf| EpochEndOffset::decode(buf, version))?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topic, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic, version == 4)?;
        out.array(&self.partitions, version == 4, |out, value| value.encode(out, version))?;
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct EpochEndOffset {
    pub error_code: i16,
    pub partition: i32,
    pub leader_epoch: i32,
    pub end_offset: i64,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self { error_code: 0, partition: 0, leader_epoch: -1, end_offset: -1 }
    }
}

impl EpochEndOffset {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let partition = buf.i32()?;
        let leader_epoch = buf.i32()?;
        let end_offset = buf.i64()?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { error_code, partition, leader_epoch, end_offset })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.i32(self.partition);
        out.i32(self.leader_epoch);
        out.i64(self.end_offset);
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for OffsetForLeaderEpochResponse {
    const NAME: &'static str = "OffsetForLeaderEpochResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for OffsetForLeaderEpochRequest {
    const KEY: ApiKey = ApiKey::OffsetForLeaderEpoch;
    type Response = OffsetForLeaderEpochResponse;
}
