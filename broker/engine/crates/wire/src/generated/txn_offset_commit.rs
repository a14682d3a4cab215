// Written by generate.py from Kafka's message descriptions; do not edit.
//! `txn_offset_commit`: [`TxnOffsetCommitRequest`] and [`TxnOffsetCommitResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, PartialEq)]
pub struct TxnOffsetCommitRequest {
    pub transactional_id: Str,
    pub group_id: Str,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub generation_id: i32,
    pub member_id: Str,
    pub group_instance_id: Option<Str>,
    pub topics: Vec<TxnOffsetCommitRequestTopic>,
}

impl Default for TxnOffsetCommitRequest {
    fn default() -> Self {
        Self {
            transactional_id: Str::default(),
            group_id: Str::default(),
            producer_id: 0,
            producer_epoch: 0,
            generation_id: -1,
            member_id: Str::default(),
            group_instance_id: None,
            topics: Vec::new(),
        }
    }
}

impl TxnOffsetCommitRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "TxnOffsetCommitRequest", version });
        }
        let transactional_id = buf.string(version >= 3)?;
        let group_id = buf.string(version >= 3)?;
        let producer_id = buf.i64()?;
        let producer_epoch = buf.i16()?;
        let generation_id = if version >= 3 { buf.i32()? } else { -1 };
        let member_id = if version >= 3 { buf.string(true)? } else { Str::default() };
        let group_instance_id = if version >= 3 { buf.nullable_string(true)? } else { None };
        let topics =
            buf.array(version >= 3, 3, |buf| TxnOffsetCommitRequestTopic::decode(buf, version))?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            transactional_id,
            group_id,
            producer_id,
            producer_epoch,
            generation_id,
            member_id,
            group_instance_id,
            topics,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "TxnOffsetCommitRequest", version });
        }
        out.string(&self.transactional_id, version >= 3)?;
        out.string(&self.group_id, version >= 3)?;
        out.i64(self.producer_id);
        out.i16(self.producer_epoch);
        if version >= 3 {
            out.i32(self.generation_id);
        } else {
            absent("TxnOffsetCommitRequest.generation_id", version, self.generation_id == -1)?;
        }
        if version >= 3 {
            out.string(&self.member_id, true)?;
        } else {
            absent("TxnOffsetCommitRequest.member_id", version, self.member_id.is_empty())?;
        }
        if version >= 3 {
            out.nullable_string(self.group_instance_id.as_deref(), true)?;
        } else {
            absent(
                "TxnOffsetCommitRequest.group_instance_id",
                version,
                self.group_instance_id.is_none(),
            )?;
        }
        out.array(&self.topics, version >= 3, |out, value| value.encode(out, version))?;
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitRequestTopic {
    pub name: Str,
    pub partitions: Vec<TxnOffsetCommitRequestPartition>,
}

impl TxnOffsetCommitRequestTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 3)?;
        let partitions = buf
            .array(version >= 3, 14, |buf| TxnOffsetCommitRequestPartition::decode(buf, version))?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 3)?;
        out.array(&self.partitions, version >= 3, |out, value| value.encode(out, version))?;
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct TxnOffsetCommitRequestPartition {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub committed_metadata: Option<Str>,
}

impl Default for TxnOffsetCommitRequestPartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            committed_metadata: None,
        }
    }
}

impl TxnOffsetCommitRequestPartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let committed_offset = buf.i64()?;
        let committed_leader_epoch = if version >= 2 { buf.i32()? } else { -1 };
        let committed_metadata = buf.nullable_string(version >= 3)?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, committed_offset, committed_leader_epoch, committed_metadata })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i64(self.committed_offset);
        if version >= 2 {
            out.i32(self.committed_leader_epoch);
        }
        out.nullable_string(self.committed_metadata.as_deref(), version >= 3)?;
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for TxnOffsetCommitRequest {
    const NAME: &'static str = "TxnOffsetCommitRequest";
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
pub struct TxnOffsetCommitResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<TxnOffsetCommitResponseTopic>,
}

impl TxnOffsetCommitResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "TxnOffsetCommitResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let topics =
            buf.array(version >= 3, 3, |buf| TxnOffsetCommitResponseTopic::decode(buf, version))?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "TxnOffsetCommitResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.topics, version >= 3, |out, value| value.encode(out, version))?;
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitResponseTopic {
    pub name: Str,
    pub partitions: Vec<TxnOffsetCommitResponsePartition>,
}

impl TxnOffsetCommitResponseTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 3)?;
        let partitions = buf
            .array(version >= 3, 6, |buf| TxnOffsetCommitResponsePartition::decode(buf, version))?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 3)?;
        out.array(&self.partitions, version >= 3, |out, value| value.encode(out, version))?;
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TxnOffsetCommitResponsePartition {
    pub partition_index: i32,
    pub error_code: i16,
}

impl TxnOffsetCommitResponsePartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let error_code = buf.i16()?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.error_code);
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for TxnOffsetCommitResponse {
    const NAME: &'static str = "TxnOffsetCommitResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for TxnOffsetCommitRequest {
    const KEY: ApiKey = ApiKey::TxnOffsetCommit;
    type Response = TxnOffsetCommitResponse;
}
