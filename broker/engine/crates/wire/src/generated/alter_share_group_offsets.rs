// Written by generate.py from Kafka's message descriptions; do not edit.
//! `alter_share_group_offsets`: [`AlterShareGroupOffsetsRequest`] and [`AlterShareGroupOffsetsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsRequest {
    pub group_id: Str,
    pub topics: Vec<AlterShareGroupOffsetsRequestTopic>,
}

impl AlterShareGroupOffsetsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AlterShareGroupOffsetsRequest", version });
        }
        let group_id = buf.string(true)?;
        let topics =
            buf.array(true, 3, |buf| AlterShareGroupOffsetsRequestTopic::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { group_id, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AlterShareGroupOffsetsRequest", version });
        }
        out.string(&self.group_id, true)?;
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsRequestTopic {
    pub topic_name: Str,
    pub partitions: Vec<AlterShareGroupOffsetsRequestPartition>,
}

impl AlterShareGroupOffsetsRequestTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_name = buf.string(true)?;
        let partitions = buf
            .array(true, 13, |buf| AlterShareGroupOffsetsRequestPartition::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic_name, true)?;
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsRequestPartition {
    pub partition_index: i32,
    pub start_offset: i64,
}

impl AlterShareGroupOffsetsRequestPartition {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let start_offset = buf.i64()?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition_index, start_offset })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i64(self.start_offset);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for AlterShareGroupOffsetsRequest {
    const NAME: &'static str = "AlterShareGroupOffsetsRequest";
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
pub struct AlterShareGroupOffsetsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub responses: Vec<AlterShareGroupOffsetsResponseTopic>,
}

impl AlterShareGroupOffsetsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "AlterShareGroupOffsetsResponse",
                version,
            });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let responses =
            buf.array(true, 19, |buf| AlterShareGroupOffsetsResponseTopic::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { throttle_time_ms, error_code, error_message, responses })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "AlterShareGroupOffsetsResponse",
                version,
            });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.array(&self.responses, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsResponseTopic {
    pub topic_name: Str,
    pub topic_id: Uuid,
    pub partitions: Vec<AlterShareGroupOffsetsResponsePartition>,
}

impl AlterShareGroupOffsetsResponseTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_name = buf.string(true)?;
        let topic_id = buf.uuid()?;
        let partitions = buf
            .array(true, 8, |buf| AlterShareGroupOffsetsResponsePartition::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_name, topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic_name, true)?;
        out.uuid(self.topic_id);
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterShareGroupOffsetsResponsePartition {
    pub partition_index: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl AlterShareGroupOffsetsResponsePartition {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition_index, error_code, error_message })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for AlterShareGroupOffsetsResponse {
    const NAME: &'static str = "AlterShareGroupOffsetsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for AlterShareGroupOffsetsRequest {
    const KEY: ApiKey = ApiKey::AlterShareGroupOffsets;
    type Response = AlterShareGroupOffsetsResponse;
}
