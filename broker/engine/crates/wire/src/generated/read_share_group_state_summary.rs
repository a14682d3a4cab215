// Written by generate.py from Kafka's message descriptions; do not edit.
//! `read_share_group_state_summary`: [`ReadShareGroupStateSummaryRequest`] and [`ReadShareGroupStateSummaryResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadShareGroupStateSummaryRequest {
    pub group_id: Str,
    pub topics: Vec<ReadStateSummaryData>,
}

impl ReadShareGroupStateSummaryRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ReadShareGroupStateSummaryRequest",
                version,
            });
        }
        let group_id = buf.string(true)?;
        let topics = buf.array(true, 18, |buf| ReadStateSummaryData::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { group_id, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "ReadShareGroupStateSummaryRequest",
                version,
            });
        }
        out.string(&self.group_id, true)?;
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadStateSummaryData {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl ReadStateSummaryData {
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
impl Message for ReadShareGroupStateSummaryRequest {
    const NAME: &'static str = "ReadShareGroupStateSummaryRequest";
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
pub struct ReadShareGroupStateSummaryResponse {
    pub results: Vec<ReadStateSummaryResult>,
}

impl ReadShareGroupStateSummaryResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ReadShareGroupStateSummaryResponse",
                version,
            });
        }
        let results = buf.array(true, 18, |buf| ReadStateSummaryResult::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "ReadShareGroupStateSummaryResponse",
                version,
            });
        }
        out.array(&self.results, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadStateSummaryResult {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionResult>,
}

impl ReadStateSummaryResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_id = buf.uuid()?;
        let partitions = buf.array(true, 24, |buf| PartitionResult::decode(buf, version))?;
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
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionResult {
    pub partition: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub state_epoch: i32,
    pub leader_epoch: i32,
    pub start_offset: i64,
    pub delivery_complete_count: i32,
}

impl Default for PartitionResult {
    fn default() -> Self {
        Self {
            partition: 0,
            error_code: 0,
            error_message: None,
            state_epoch: 0,
            leader_epoch: 0,
            start_offset: 0,
            delivery_complete_count: -1,
        }
    }
}

impl PartitionResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let state_epoch = buf.i32()?;
        let leader_epoch = buf.i32()?;
        let start_offset = buf.i64()?;
        let delivery_complete_count = if version == 1 { buf.i32()? } else { -1 };
        buf.skip_tagged_fields()?;
        Ok(Self {
            partition,
            error_code,
            error_message,
            state_epoch,
            leader_epoch,
            start_offset,
            delivery_complete_count,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.i32(self.state_epoch);
        out.i32(self.leader_epoch);
        out.i64(self.start_offset);
        if version == 1 {
            out.i32(self.delivery_complete_count);
        }
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ReadShareGroupStateSummaryResponse {
    const NAME: &'static str = "ReadShareGroupStateSummaryResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ReadShareGroupStateSummaryRequest {
    const KEY: ApiKey = ApiKey::ReadShareGroupStateSummary;
    type Response = ReadShareGroupStateSummaryResponse;
}
