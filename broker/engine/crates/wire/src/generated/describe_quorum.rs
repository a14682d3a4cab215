// Written by generate.py from Kafka's message descriptions; do not edit.
//! `describe_quorum`: [`DescribeQuorumRequest`] and [`DescribeQuorumResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeQuorumRequest {
    pub topics: Vec<TopicData>,
}

impl DescribeQuorumRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeQuorumRequest", version });
        }
        let topics = buf.array(true, 3, |buf| TopicData::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeQuorumRequest", version });
        }
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData {
    pub topic_name: Str,
    pub partitions: Vec<PartitionData>,
}

impl TopicData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_name = buf.string(true)?;
        let partitions = buf.array(true, 5, |buf| PartitionData::decode(buf, version))?;
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
pub struct PartitionData {
    pub partition_index: i32,
}

impl PartitionData {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition_index })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DescribeQuorumRequest {
    const NAME: &'static str = "DescribeQuorumRequest";
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
pub struct DescribeQuorumResponse {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub topics: Vec<DescribeQuorumResponseTopicData>,
    pub nodes: Vec<Node>,
}

impl DescribeQuorumResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeQuorumResponse", version });
        }
        let error_code = buf.i16()?;
        let error_message = if version == 2 { buf.nullable_string(true)? } else { None };
        let topics =
            buf.array(true, 3, |buf| DescribeQuorumResponseTopicData::decode(buf, version))?;
        let nodes = if version == 2 {
            buf.array(true, 6, |buf| Node::decode(buf, version))?
        } else {
            Vec::new()
        };
        buf.skip_tagged_fields()?;
        Ok(Self { error_code, error_message, topics, nodes })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeQuorumResponse", version });
        }
        out.i16(self.error_code);
        if version == 2 {
            out.nullable_string(self.error_message.as_deref(), true)?;
        }
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.array(&self.nodes, true, |out, value| value.encode(out, version))?;
        } else {
            absent("DescribeQuorumResponse.nodes", version, self.nodes.is_empty())?;
        }
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeQuorumResponseTopicData {
    pub topic_name: Str,
    pub partitions: Vec<DescribeQuorumResponsePartitionData>,
}

impl DescribeQuorumResponseTopicData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_name = buf.string(true)?;
        let partitions =
            buf.array(true, 25, |buf| DescribeQuorumResponsePartitionData::decode(buf, version))?;
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
pub struct DescribeQuorumResponsePartitionData {
    pub partition_index: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub leader_id: i32,
    pub leader_epoch: i32,
    pub high_watermark: i64,
    pub current_voters: Vec<ReplicaState>,
    pub observers: Vec<ReplicaState>,
}

impl DescribeQuorumResponsePartitionData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = if version == 2 { buf.nullable_string(true)? } else { None };
        let leader_id = buf.i32()?;
        let leader_epoch = buf.i32()?;
        let high_watermark = buf.i64()?;
        let current_voters = buf.array(true, 13, |buf| ReplicaState::decode(buf, version))?;
        let observers = buf.array(true, 13, |buf| ReplicaState::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            partition_index,
            error_code,
            error_message,
            leader_id,
            leader_epoch,
            high_watermark,
            current_voters,
            observers,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.error_code);
        if version == 2 {
            out.nullable_string(self.error_message.as_deref(), true)?;
        }
        out.i32(self.leader_id);
        out.i32(self.leader_epoch);
        out.i64(self.high_watermark);
        out.array(&self.current_voters, true, |out, value| value.encode(out, version))?;
        out.array(&self.observers, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaState {
    pub replica_id: i32,
    pub replica_directory_id: Uuid,
    pub log_end_offset: i64,
    pub last_fetch_timestamp: i64,
    pub last_caught_up_timestamp: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self {
            replica_id: 0,
            replica_directory_id: Uuid::nil(),
            log_end_offset: 0,
            last_fetch_timestamp: -1,
            last_caught_up_timestamp: -1,
        }
    }
}

impl ReplicaState {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let replica_id = buf.i32()?;
        let replica_directory_id = if version == 2 { buf.uuid()? } else { Uuid::nil() };
        let log_end_offset = buf.i64()?;
        let last_fetch_timestamp = if version >= 1 { buf.i64()? } else { -1 };
        let last_caught_up_timestamp = if version >= 1 { buf.i64()? } else { -1 };
        buf.skip_tagged_fields()?;
        Ok(Self {
            replica_id,
            replica_directory_id,
            log_end_offset,
            last_fetch_timestamp,
            last_caught_up_timestamp,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.replica_id);
        if version == 2 {
            out.uuid(self.replica_directory_id);
        } else {
            absent(
                "ReplicaState.replica_directory_id",
                version,
                self.replica_directory_id.is_nil(),
            )?;
        }
        out.i64(self.log_end_offset);
        if version >= 1 {
            out.i64(self.last_fetch_timestamp);
        }
        if version >= 1 {
            out.i64(self.last_caught_up_timestamp);
        }
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    pub node_id: i32,
    pub listeners: Vec<Listener>,
}

impl Node {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let node_id = buf.i32()?;
        let listeners = buf.array(true, 5, |buf| Listener::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { node_id, listeners })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.node_id);
        out.array(&self.listeners, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listener {
    pub name: Str,
    pub host: Str,
    pub port: u16,
}

impl Listener {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let host = buf.string(true)?;
        let port = buf.u16()?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, host, port })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.string(&self.host, true)?;
        out.u16(self.port);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DescribeQuorumResponse {
    const NAME: &'static str = "DescribeQuorumResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DescribeQuorumRequest {
    const KEY: ApiKey = ApiKey::DescribeQuorum;
    type Response = DescribeQuorumResponse;
}
