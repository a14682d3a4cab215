// Written by generate.py from Kafka's message descriptions; do not edit.
//! `describe_topic_partitions`: [`DescribeTopicPartitionsRequest`] and [`DescribeTopicPartitionsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsRequest {
    pub topics: Vec<TopicRequest>,
    pub response_partition_limit: i32,
    pub cursor: Option<Cursor>,
}

impl Default for DescribeTopicPartitionsRequest {
    fn default() -> Self {
        Self { topics: Vec::new(), response_partition_limit: 2000, cursor: None }
    }
}

impl DescribeTopicPartitionsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "DescribeTopicPartitionsRequest",
                version,
            });
        }
        let topics = buf.array(true, 2, |buf| TopicRequest::decode(buf, version))?;
        let response_partition_limit = buf.i32()?;
        let cursor = buf.nullable_struct(|buf| Cursor::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { topics, response_partition_limit, cursor })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "DescribeTopicPartitionsRequest",
                version,
            });
        }
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.i32(self.response_partition_limit);
        out.nullable_struct(self.cursor.as_ref(), |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicRequest {
    pub name: Str,
}

impl TopicRequest {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { name })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cursor {
    pub topic_name: Str,
    pub partition_index: i32,
}

impl Cursor {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let topic_name = buf.string(true)?;
        let partition_index = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_name, partition_index })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic_name, true)?;
        out.i32(self.partition_index);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DescribeTopicPartitionsRequest {
    const NAME: &'static str = "DescribeTopicPartitionsRequest";
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
pub struct DescribeTopicPartitionsResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<DescribeTopicPartitionsResponseTopic>,
    pub next_cursor: Option<DescribeTopicPartitionsResponseCursor>,
}

impl DescribeTopicPartitionsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "DescribeTopicPartitionsResponse",
                version,
            });
        }
        let throttle_time_ms = buf.i32()?;
        let topics =
            buf.array(true, 26, |buf| DescribeTopicPartitionsResponseTopic::decode(buf, version))?;
        let next_cursor =
            buf.nullable_struct(|buf| DescribeTopicPartitionsResponseCursor::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { throttle_time_ms, topics, next_cursor })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "DescribeTopicPartitionsResponse",
                version,
            });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.nullable_struct(self.next_cursor.as_ref(), |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic {
    pub error_code: i16,
    pub name: Option<Str>,
    pub topic_id: Uuid,
    pub is_internal: bool,
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    pub topic_authorized_operations: i32,
}

impl Default for DescribeTopicPartitionsResponseTopic {
    fn default() -> Self {
        Self {
            error_code: 0,
            name: None,
            topic_id: Uuid::nil(),
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: i32::MIN,
        }
    }
}

impl DescribeTopicPartitionsResponseTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let name = buf.nullable_string(true)?;
        let topic_id = buf.uuid()?;
        let is_internal = buf.bool()?;
        let partitions = buf.array(true, 20, |buf| {
            DescribeTopicPartitionsResponsePartition::decode(buf, version)
        })?;
        let topic_authorized_operations = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            error_code,
            name,
            topic_id,
            is_internal,
            partitions,
            topic_authorized_operations,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.nullable_string(self.name.as_deref(), true)?;
        out.uuid(self.topic_id);
        out.bool(self.is_internal);
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.i32(self.topic_authorized_operations);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    pub error_code: i16,
    pub partition_index: i32,
    pub leader_id: i32,
    pub leader_epoch: i32,
    pub replica_nodes: Vec<i32>,
    pub isr_nodes: Vec<i32>,
    pub eligible_leader_replicas: Option<Vec<i32>>,
    pub last_known_elr: Option<Vec<i32>>,
    pub offline_replicas: Vec<i32>,
}

impl Default for DescribeTopicPartitionsResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            offline_replicas: Vec::new(),
        }
    }
}

impl DescribeTopicPartitionsResponsePartition {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let partition_index = buf.i32()?;
        let leader_id = buf.i32()?;
        let leader_epoch = buf.i32()?;
        let replica_nodes = buf.array(true, 4, |buf| buf.i32())?;
        let isr_nodes = buf.array(true, 4, |buf| buf.i32())?;
        let eligible_leader_replicas = buf.nullable_array(true, 4, |buf| buf.i32())?;
        let last_known_elr = buf.nullable_array(true, 4, |buf| buf.i32())?;
        let offline_replicas = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            error_code,
            partition_index,
            leader_id,
            leader_epoch,
            replica_nodes,
            isr_nodes,
            eligible_leader_replicas,
            last_known_elr,
            offline_replicas,
        })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.i32(self.partition_index);
        out.i32(self.leader_id);
        out.i32(self.leader_epoch);
        out.array(&self.replica_nodes, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.array(&self.isr_nodes, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.nullable_array(self.eligible_leader_replicas.as_deref(), true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.nullable_array(self.last_known_elr.as_deref(), true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.array(&self.offline_replicas, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeTopicPartitionsResponseCursor {
    pub topic_name: Str,
    pub partition_index: i32,
}

impl DescribeTopicPartitionsResponseCursor {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let topic_name = buf.string(true)?;
        let partition_index = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_name, partition_index })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic_name, true)?;
        out.i32(self.partition_index);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DescribeTopicPartitionsResponse {
    const NAME: &'static str = "DescribeTopicPartitionsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DescribeTopicPartitionsRequest {
    const KEY: ApiKey = ApiKey::DescribeTopicPartitions;
    type Response = DescribeTopicPartitionsResponse;
}
