// Written by generate.py from Kafka's message descriptions; do not edit.
//! `list_offsets`: [`ListOffsetsRequest`] and [`ListOffsetsResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsRequest {
    pub replica_id: i32,
    pub isolation_level: i8,
    pub topics: Vec<ListOffsetsTopic>,
    pub timeout_ms: i32,
}

impl ListOffsetsRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 11;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ListOffsetsRequest", version });
        }
        let replica_id = buf.i32()?;
        let isolation_level = if version >= 2 { buf.i8()? } else { 0 };
        let topics = buf.array(version >= 6, 3, |buf| ListOffsetsTopic::decode(buf, version))?;
        let timeout_ms = if version >= 10 { buf.i32()? } else { 0 };
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { replica_id, isolation_level, topics, timeout_ms })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ListOffsetsRequest", version });
        }
        out.i32(self.replica_id);
        if version >= 2 {
            out.i8(self.isolation_level);
        } else {
            absent("ListOffsetsRequest.isolation_level", version, self.isolation_level == 0)?;
        }
        out.array(&self.topics, version >= 6, |out, value| value.encode(out, version))?;
        if version >= 10 {
            out.i32(self.timeout_ms);
        }
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsTopic {
    pub name: Str,
    pub partitions: Vec<ListOffsetsPartition>,
}

impl ListOffsetsTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 6)?;
        let partitions =
            buf.array(version >= 6, 12, |buf| ListOffsetsPartition::decode(buf, version))?;
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
pub struct ListOffsetsPartition {
    pub partition_index: i32,
    pub current_leader_epoch: i32,
    pub timestamp: i64,
}

impl Default for ListOffsetsPartition {
    fn default() -> Self {
        Self { partition_index: 0, current_leader_epoch: -1, timestamp: 0 }
    }
}

impl ListOffsetsPartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let current_leader_epoch = if version >= 4 { buf.i32()? } else { -1 };
        let timestamp = buf.i64()?;
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, current_leader_epoch, timestamp })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        if version >= 4 {
            out.i32(self.current_leader_epoch);
        }
        out.i64(self.timestamp);
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for ListOffsetsRequest {
    const NAME: &'static str = "ListOffsetsRequest";
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
pub struct ListOffsetsResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<ListOffsetsTopicResponse>,
}

impl ListOffsetsResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 11;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ListOffsetsResponse", version });
        }
        let throttle_time_ms = if version >= 2 { buf.i32()? } else { 0 };
        let topics =
            buf.array(version >= 6, 3, |buf| ListOffsetsTopicResponse::decode(buf, version))?;
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ListOffsetsResponse", version });
        }
        if version >= 2 {
            out.i32(self.throttle_time_ms);
        }
        out.array(&self.topics, version >= 6, |out, value| value.encode(out, version))?;
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOffsetsTopicResponse {
    pub name: Str,
    pub partitions: Vec<ListOffsetsPartitionResponse>,
}

impl ListOffsetsTopicResponse {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 6)?;
        let partitions =
            buf.array(version >= 6, 22, |buf| ListOffsetsPartitionResponse::decode(buf, version))?;
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
pub struct ListOffsetsPartitionResponse {
    pub partition_index: i32,
    pub error_code: i16,
    pub timestamp: i64,
    pub offset: i64,
    pub leader_epoch: i32,
}

impl Default for ListOffsetsPartitionResponse {
    fn default() -> Self {
        Self { partition_index: 0, error_code: 0, timestamp: -1, offset: -1, leader_epoch: -1 }
    }
}

impl ListOffsetsPartitionResponse {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let error_code = buf.i16()?;
        let timestamp = buf.i64()?;
        let offset = buf.i64()?;
        let leader_epoch = if version >= 4 { buf.i32()? } else { -1 };
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, error_code, timestamp, offset, leader_epoch })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.error_code);
        out.i64(self.timestamp);
        out.i64(self.offset);
        if version >= 4 {
            out.i32(self.leader_epoch);
        } else {
            absent("ListOffsetsPartitionResponse.leader_epoch", version, self.leader_epoch == -1)?;
        }
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for ListOffsetsResponse {
    const NAME: &'static str = "ListOffsetsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ListOffsetsRequest {
    const KEY: ApiKey = ApiKey::ListOffsets;
    type Response = ListOffsetsResponse;
}
