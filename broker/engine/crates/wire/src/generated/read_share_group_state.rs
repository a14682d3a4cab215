// Written by generate.py from Kafka's message descriptions; do not edit.
//! `read_share_group_state`: [`ReadShareGroupStateRequest`] and [`ReadShareGroupStateResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadShareGroupStateRequest {
    pub group_id: Str,
    pub topics: Vec<ReadStateData>,
}

impl ReadShareGroupStateRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ReadShareGroupStateRequest", version });
        }
        let group_id = buf.string(true)?;
        let topics = buf.array(true, 18, |buf| ReadStateData::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { group_id, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ReadShareGroupStateRequest", version });
        }
        out.string(&self.group_id, true)?;
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadStateData {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl ReadStateData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_id = buf.uuid()?;
        let partitions = buf.array(true, 9, |buf| PartitionData::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.uuid(self.topic_id);
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    pub partition: i32,
    pub leader_epoch: i32,
}

impl PartitionData {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition = buf.i32()?;
        let leader_epoch = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition, leader_epoch })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition);
        out.i32(self.leader_epoch);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ReadShareGroupStateRequest {
    const NAME: &'static str = "ReadShareGroupStateRequest";
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
pub struct ReadShareGroupStateResponse {
    pub results: Vec<ReadStateResult>,
}

impl ReadShareGroupStateResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ReadShareGroupStateResponse", version });
        }
        let results = buf.array(true, 18, |buf| ReadStateResult::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ReadShareGroupStateResponse", version });
        }
        out.array(&self.results, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadStateResult {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionResult>,
}

impl ReadStateResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_id = buf.uuid()?;
        let partitions = buf.array(true, 21, |buf| PartitionResult::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.uuid(self.topic_id);
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionResult {
    pub partition: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub state_epoch: i32,
    pub start_offset: i64,
    pub state_batches: Vec<StateBatch>,
}

impl PartitionResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let state_epoch = buf.i32()?;
        let start_offset = buf.i64()?;
        let state_batches = buf.array(true, 20, |buf| StateBatch::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition, error_code, error_message, state_epoch, start_offset, state_batches })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.i32(self.state_epoch);
        out.i64(self.start_offset);
        out.array(&self.state_batches, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateBatch {
    pub first_offset: i64,
    pub last_offset: i64,
    pub delivery_state: i8,
    pub delivery_count: i16,
}

impl StateBatch {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let first_offset = buf.i64()?;
        let last_offset = buf.i64()?;
        let delivery_state = buf.i8()?;
        let delivery_count = buf.i16()?;
        buf.skip_tagged_fields()?;
        Ok(Self { first_offset, last_offset, delivery_state, delivery_count })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i64(self.first_offset);
        out.i64(self.last_offset);
        out.i8(self.delivery_state);
        out.i16(self.delivery_count);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ReadShareGroupStateResponse {
    const NAME: &'static str = "ReadShareGroupStateResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ReadShareGroupStateRequest {
    const KEY: ApiKey = ApiKey::ReadShareGroupState;
    type Response = ReadShareGroupStateResponse;
}
