// Written by generate.py from Kafka's message descriptions; do not edit.
//! `offset_fetch`: [`OffsetFetchRequest`] and [`OffsetFetchResponse`].
#![allow(missing_docs)]

use crate::message::{absent, required, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchRequest {
    pub group_id: Str,
    pub topics: Option<Vec<OffsetFetchRequestTopic>>,
    pub groups: Vec<OffsetFetchRequestGroup>,
    pub require_stable: bool,
}

impl Default for OffsetFetchRequest {
    fn default() -> Self {
        Self {
            group_id: Str::default(),
            topics: Some(Vec::new()),
            groups: Vec::new(),
            require_stable: false,
        }
    }
}

impl OffsetFetchRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 10;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "OffsetFetchRequest", version });
        }
        let group_id = if version <= 7 { buf.string(version >= 6)? } else { Str::default() };
        let topics =
            if version <= 7 {
                if version >= 2 {
                    buf.nullable_array(version >= 6, 3, |buf| {
                        OffsetFetchRequestTopic::decode(buf, version)
                    })?
                } else {
                    Some(buf.array(version >= 6, 3, |buf| {
                        OffsetFetchRequestTopic::decode(buf, version)
                    })?)
                }
            } else {
                Some(Vec::new())
            };
        let groups = if version >= 8 {
            buf.array(true, 3, |buf| OffsetFetchRequestGroup::decode(buf, version))?
        } else {
            Vec::new()
        };
        let require_stable = if version >= 7 { buf.bool()? } else { false };
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { group_id, topics, groups, require_stable })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "OffsetFetchRequest", version });
        }
        if version <= 7 {
            out.string(&self.group_id, version >= 6)?;
        } else {
            absent("OffsetFetchRequest.group_id", version, self.group_id.is_empty())?;
        }
        if version <= 7 {
            if version >= 2 {
                out.nullable_array(self.topics.as_deref(), version >= 6, |out, value| {
                    value.encode(out, version)
                })?;
            } else {
                out.array(
                    required("OffsetFetchRequest.topics", version, self.topics.as_ref())?,
                    version >= 6,
                    |out, value| value.encode(out, version),
                )?;
            }
        } else {
            absent(
                "OffsetFetchRequest.topics",
                version,
                self.topics.as_ref().is_some_and(Vec::is_empty),
            )?;
        }
        if version >= 8 {
            out.array(&self.groups, true, |out, value| value.encode(out, version))?;
        } else {
            absent("OffsetFetchRequest.groups", version, self.groups.is_empty())?;
        }
        if version >= 7 {
            out.bool(self.require_stable);
        } else {
            absent("OffsetFetchRequest.require_stable", version, !self.require_stable)?;
        }
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchRequestTopic {
    pub name: Str,
    pub partition_indexes: Vec<i32>,
}

impl OffsetFetchRequestTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 6)?;
        let partition_indexes = buf.array(version >= 6, 4, |buf| buf.i32())?;
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, partition_indexes })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 6)?;
        out.array(&self.partition_indexes, version >= 6, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchRequestGroup {
    pub group_id: Str,
    pub member_id: Option<Str>,
    pub member_epoch: i32,
    pub topics: Option<Vec<OffsetFetchRequestTopics>>,
}

impl Default for OffsetFetchRequestGroup {
    fn default() -> Self {
        Self { group_id: Str::default(), member_id: None, member_epoch: -1, topics: None }
    }
}

impl OffsetFetchRequestGroup {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let group_id = buf.string(true)?;
        let member_id = if version >= 9 { buf.nullable_string(true)? } else { None };
        let member_epoch = if version >= 9 { buf.i32()? } else { -1 };
        let topics =
            buf.nullable_array(true, 3, |buf| OffsetFetchRequestTopics::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { group_id, member_id, member_epoch, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.group_id, true)?;
        if version >= 9 {
            out.nullable_string(self.member_id.as_deref(), true)?;
        }
        if version >= 9 {
            out.i32(self.member_epoch);
        }
        out.nullable_array(self.topics.as_deref(), true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchRequestTopics {
    pub name: Str,
    pub topic_id: Uuid,
    pub partition_indexes: Vec<i32>,
}

impl OffsetFetchRequestTopics {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = if version <= 9 { buf.string(true)? } else { Str::default() };
        let topic_id = if version == 10 { buf.uuid()? } else { Uuid::nil() };
        let partition_indexes = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, topic_id, partition_indexes })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            out.string(&self.name, true)?;
        }
        if version == 10 {
            out.uuid(self.topic_id);
        }
        out.array(&self.partition_indexes, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for OffsetFetchRequest {
    const NAME: &'static str = "OffsetFetchRequest";
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
pub struct OffsetFetchResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetFetchResponseTopic>,
    pub error_code: i16,
    pub groups: Vec<OffsetFetchResponseGroup>,
}

impl OffsetFetchResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 10;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "OffsetFetchResponse", version });
        }
        let throttle_time_ms = if version >= 3 { buf.i32()? } else { 0 };
        let topics = if version <= 7 {
            buf.array(version >= 6, 3, |buf| OffsetFetchResponseTopic::decode(buf, version))?
        } else {
            Vec::new()
        };
        let error_code = if (2..=7).contains(&version) { buf.i16()? } else { 0 };
        let groups = if version >= 8 {
            buf.array(true, 5, |buf| OffsetFetchResponseGroup::decode(buf, version))?
        } else {
            Vec::new()
        };
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, topics, error_code, groups })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "OffsetFetchResponse", version });
        }
        if version >= 3 {
            out.i32(self.throttle_time_ms);
        }
        if version <= 7 {
            out.array(&self.topics, version >= 6, |out, value| value.encode(out, version))?;
        } else {
            absent("OffsetFetchResponse.topics", version, self.topics.is_empty())?;
        }
        if (2..=7).contains(&version) {
            out.i16(self.error_code);
        }
        if version >= 8 {
            out.array(&self.groups, true, |out, value| value.encode(out, version))?;
        } else {
            absent("OffsetFetchResponse.groups", version, self.groups.is_empty())?;
        }
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseTopic {
    pub name: Str,
    pub partitions: Vec<OffsetFetchResponsePartition>,
}

impl OffsetFetchResponseTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 6)?;
        let partitions =
            buf.array(version >= 6, 16, |buf| OffsetFetchResponsePartition::decode(buf, version))?;
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 6)?;
        out.array(&self.partitions, version >= 6, |out, value| value.encode(out, version))?;
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchResponsePartition {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub metadata: Option<Str>,
    pub error_code: i16,
}

impl Default for OffsetFetchResponsePartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: None,
            error_code: 0,
        }
    }
}

impl OffsetFetchResponsePartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let committed_offset = buf.i64()?;
        let committed_leader_epoch = if version >= 5 { buf.i32()? } else { -1 };
        let metadata = buf.nullable_string(version >= 6)?;
        let error_code = buf.i16()?;
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, committed_offset, committed_leader_epoch, metadata, error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i64(self.committed_offset);
        if version >= 5 {
            out.i32(self.committed_leader_epoch);
        }
        out.nullable_string(self.metadata.as_deref(), version >= 6)?;
        out.i16(self.error_code);
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseGroup {
    pub group_id: Str,
    pub topics: Vec<OffsetFetchResponseTopics>,
    pub error_code: i16,
}

impl OffsetFetchResponseGroup {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let group_id = buf.string(true)?;
        let topics = buf.array(true, 3, |buf| OffsetFetchResponseTopics::decode(buf, version))?;
        let error_code = buf.i16()?;
        buf.skip_tagged_fields()?;
        Ok(Self { group_id, topics, error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.group_id, true)?;
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.i16(self.error_code);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetFetchResponseTopics {
    pub name: Str,
    pub topic_id: Uuid,
    pub partitions: Vec<OffsetFetchResponsePartitions>,
}

impl OffsetFetchResponseTopics {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = if version <= 9 { buf.string(true)? } else { Str::default() };
        let topic_id = if version == 10 { buf.uuid()? } else { Uuid::nil() };
        let partitions =
            buf.array(true, 20, |buf| OffsetFetchResponsePartitions::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            out.string(&self.name, true)?;
        }
        if version == 10 {
            out.uuid(self.topic_id);
        }
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct OffsetFetchResponsePartitions {
    pub partition_index: i32,
    pub committed_offset: i64,
    pub committed_leader_epoch: i32,
    pub metadata: Option<Str>,
    pub error_code: i16,
}

impl Default for OffsetFetchResponsePartitions {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: None,
            error_code: 0,
        }
    }
}

impl OffsetFetchResponsePartitions {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let committed_offset = buf.i64()?;
        let committed_leader_epoch = buf.i32()?;
        let metadata = buf.nullable_string(true)?;
        let error_code = buf.i16()?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition_index, committed_offset, committed_leader_epoch, metadata, error_code })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i64(self.committed_offset);
        out.i32(self.committed_leader_epoch);
        out.nullable_string(self.metadata.as_deref(), true)?;
        out.i16(self.error_code);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for OffsetFetchResponse {
    const NAME: &'static str = "OffsetFetchResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for OffsetFetchRequest {
    const KEY: ApiKey = ApiKey::OffsetFetch;
    type Response = OffsetFetchResponse;
}
