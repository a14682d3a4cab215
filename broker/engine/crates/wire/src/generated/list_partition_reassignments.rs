// Written by generate.py from Kafka's message descriptions; do not edit.
//! `list_partition_reassignments`: [`ListPartitionReassignmentsRequest`] and [`ListPartitionReassignmentsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, PartialEq)]
pub struct ListPartitionReassignmentsRequest {
    pub timeout_ms: i32,
    pub topics: Option<Vec<ListPartitionReassignmentsTopics>>,
}

impl Default for ListPartitionReassignmentsRequest {
    fn default() -> Self {
        Self { timeout_ms: 60000, topics: None }
    }
}

impl ListPartitionReassignmentsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ListPartitionReassignmentsRequest",
                version,
            });
        }
        let timeout_ms = buf.i32()?;
        let topics = buf.nullable_array(true, 3, |buf| {
            ListPartitionReassignmentsTopics::decode(buf, version)
        })?;
        buf.skip_tagged_fields()?;
        Ok(Self { timeout_ms, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "ListPartitionReassignmentsRequest",
                version,
            });
        }
        out.i32(self.timeout_ms);
        out.nullable_array(self.topics.as_deref(), true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListPartitionReassignmentsTopics {
    pub name: Str,
    pub partition_indexes: Vec<i32>,
}

impl ListPartitionReassignmentsTopics {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let partition_indexes = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, partition_indexes })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.array(&self.partition_indexes, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ListPartitionReassignmentsRequest {
    const NAME: &'static str = "ListPartitionReassignmentsRequest";
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
pub struct ListPartitionReassignmentsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub topics: Vec<OngoingTopicReassignment>,
}

impl ListPartitionReassignmentsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ListPartitionReassignmentsResponse",
                version,
            });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let topics = buf.array(true, 3, |buf| OngoingTopicReassignment::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { throttle_time_ms, error_code, error_message, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "ListPartitionReassignmentsResponse",
                version,
            });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OngoingTopicReassignment {
    pub name: Str,
    pub partitions: Vec<OngoingPartitionReassignment>,
}

impl OngoingTopicReassignment {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let partitions =
            buf.array(true, 8, |buf| OngoingPartitionReassignment::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OngoingPartitionReassignment {
    pub partition_index: i32,
    pub replicas: Vec<i32>,
    pub adding_replicas: Vec<i32>,
    pub removing_replicas: Vec<i32>,
}

impl OngoingPartitionReassignment {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let replicas = buf.array(true, 4, |buf| buf.i32())?;
        let adding_replicas = buf.array(true, 4, |buf| buf.i32())?;
        let removing_replicas = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition_index, replicas, adding_replicas, removing_replicas })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.array(&self.replicas, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.array(&self.adding_replicas, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.array(&self.removing_replicas, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ListPartitionReassignmentsResponse {
    const NAME: &'static str = "ListPartitionReassignmentsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ListPartitionReassignmentsRequest {
    const KEY: ApiKey = ApiKey::ListPartitionReassignments;
    type Response = ListPartitionReassignmentsResponse;
}
