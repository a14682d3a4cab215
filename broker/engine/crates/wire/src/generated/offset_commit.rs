// Written by generate.py from Kafka's message descriptions; do not edit.
//! `offset_commit`: [`OffsetCommitRequest`] and [`OffsetCommitResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetCommitRequest {
    pub group_id: Str,
    pub generation_id_or_member_epoch: i32,
    pub member_id: Str,
    pub group_instance_id: Option<Str>,
    pub retention_time_ms: i64,
    pub topics: Vec<OffsetCommitRequestTopic>,
}

impl Default for OffsetCommitRequest {
    fn default() -> Self {
        Self {
            group_id: Str::default(),
            generation_id_or_member_epoch: -1,
            member_id: Str::default(),
            group_instance_id: None,
            retention_time_ms: -1,
            topics: Vec::new(),
        }
    }
}

impl OffsetCommitRequest {
    pub const MIN_VERSION: i16 = 2;
    pub const MAX_VERSION: i16 = 10;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "OffsetCommitRequest", version });
        }
        let group_id = buf.string(version >= 8)?;
        let generation_id_or_member_epoch = buf.i32()?;
        let member_id = buf.string(version >= 8)?;
        let group_instance_id =
            if version >= 7 { buf.nullable_string(version >= 8)? } else { None };
        let retention_time_ms = if version <= 4 { buf.i64()? } else { -1 };
        let topics =
            buf.array(version >= 8, 3, |buf| OffsetCommitRequestTopic::decode(buf, version))?;
        if version >= 8 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            group_id,
            generation_id_or_member_epoch,
            member_id,
            group_instance_id,
            retention_time_ms,
            topics,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "OffsetCommitRequest", version });
        }
        out.string(&self.group_id, version >= 8)?;
        out.i32(self.generation_id_or_member_epoch);
        out.string(&self.member_id, version >= 8)?;
        if version >= 7 {
            out.nullable_string(self.group_instance_id.as_deref(), version >= 8)?;
        } else {
            absent(
                "OffsetCommitRequest.group_instance_id",
                version,
                self.group_instance_id.is_none(),
            )?;
        }
        if version <= 4 {
            out.i64(self.retention_time_ms);
        }
        out.array(&self.topics, version >= 8, |out, value| value.encode(out, version))?;
        if version >= 8 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitRequestTopic {
    pub name: Str,
    pub topic_id: Uuid,
    pub partitions: Vec<OffsetCommitRequestPartition>,
}

impl OffsetCommitRequestTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = if version <= 9 { buf.string(version >= 8)? } else { Str::default() };
        let topic_id = if version == 10 { buf.uuid()? } else { Uuid::nil() };
        let partitions =
            buf.array(version >= 8, 14, |buf| OffsetCommitRequestPartition::decode(buf, version))?;
        if version >= 8 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            out.string(&self.name, version >= 8)?;
        }
        if version == 10 {
            out.uuid(self.topic_id);
        }
        out.array(&self.partitions, version >= 8, |out, value| value.encode(out, version))?;
        if version >= 8 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetCommitRequestPartition {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub committed_metadata: Option<Str>,
}

impl Default for OffsetCommitRequestPartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            committed_metadata: None,
        }
    }
}

impl OffsetCommitRequestPartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let committed_offset = buf.i64()?;
        let committed_leader_epoch = if version >= 6 { buf.i32()? } else { -1 };
        let committed_metadata = buf.nullable_string(version >= 8)?;
        if version >= 8 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, committed_offset, committed_leader_epoch, committed_metadata })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i64(self.committed_offset);
        if version >= 6 {
            out.i32(self.committed_leader_epoch);
        }
        out.nullable_string(self.committed_metadata.as_deref(), version >= 8)?;
        if version >= 8 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for OffsetCommitRequest {
    const NAME: &'static str = "OffsetCommitRequest";
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
pub struct OffsetCommitResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetCommitResponseTopic>,
}

impl OffsetCommitResponse {
    pub const MIN_VERSION: i16 = 2;
    pub const MAX_VERSION: i16 = 10;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "OffsetCommitResponse", version });
        }
        let throttle_time_ms = if version >= 3 { buf.i32()? } else { 0 };
        let topics =
            buf.array(version >= 8, 3, |buf| OffsetCommitResponseTopic::decode(buf, version))?;
        if version >= 8 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "OffsetCommitResponse", version });
        }
        if version >= 3 {
            out.i32(self.throttle_time_ms);
        }
        out.array(&self.topics, version >= 8, |out, value| value.encode(out, version))?;
        if version >= 8 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitResponseTopic {
    pub name: Str,
    pub topic_id: Uuid,
    pub partitions: Vec<OffsetCommitResponsePartition>,
}

impl OffsetCommitResponseTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = if version <= 9 { buf.string(version >= 8)? } else { Str::default() };
        let topic_id = if version == 10 { buf.uuid()? } else { Uuid::nil() };
        let partitions =
            buf.array(version >= 8, 6, |buf| OffsetCommitResponsePartition::decode(buf, version))?;
        if version >= 8 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            out.string(&self.name, version >= 8)?;
        }
        if version == 10 {
            out.uuid(self.topic_id);
        }
        out.array(&self.partitions, version >= 8, |out, value| value.encode(out, version))?;
        if version >= 8 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetCommitResponsePartition {
    pub partition_index: i32,
    pub error_code: i16,
}

impl OffsetCommitResponsePartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let error_code = buf.i16()?;
        if version >= 8 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.error_code);
        if version >= 8 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for OffsetCommitResponse {
    const NAME: &'static str = "OffsetCommitResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for OffsetCommitRequest {
    const KEY: ApiKey = ApiKey::OffsetCommit;
    type Response = OffsetCommitResponse;
}
