// Written by generate.py from Kafka's message descriptions; do not edit.
//! `streams_group_describe`: [`StreamsGroupDescribeRequest`] and [`StreamsGroupDescribeResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupDescribeRequest {
    pub group_ids: Vec<Str>,
    pub include_authorized_operations: bool,
}

impl StreamsGroupDescribeRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "StreamsGroupDescribeRequest", version });
        }
        let group_ids = buf.array(true, 1, |buf| buf.string(true))?;
        let include_authorized_operations = buf.bool()?;
        buf.skip_tagged_fields()?;
        Ok(Self { group_ids, include_authorized_operations })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "StreamsGroupDescribeRequest", version });
        }
        out.array(&self.group_ids, true, |out, value| out.string(value, true))?;
        out.bool(self.include_authorized_operations);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for StreamsGroupDescribeRequest {
    const NAME: &'static str = "StreamsGroupDescribeRequest";
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
pub struct StreamsGroupDescribeResponse {
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribedGroup>,
}

impl StreamsGroupDescribeResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "StreamsGroupDescribeResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let groups = buf.array(true, 20, |buf| DescribedGroup::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { throttle_time_ms, groups })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "StreamsGroupDescribeResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.groups, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct DescribedGroup {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub group_id: Str,
    pub group_state: Str,
    pub group_epoch: i32,
    pub assignment_epoch: i32,
    pub topology: Option<Topology>,
    pub members: Vec<Member>,
    pub authorized_operations: i32,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: Str::default(),
            group_state: Str::default(),
            group_epoch: 0,
            assignment_epoch: 0,
            topology: None,
            members: Vec::new(),
            authorized_operations: i32::MIN,
        }
    }
}

impl DescribedGroup {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let group_id = buf.string(true)?;
        let group_state = buf.string(true)?;
        let group_epoch = buf.i32()?;
        let assignment_epoch = buf.i32()?;
        let topology = buf.nullable_struct(|buf| Topology::decode(buf, version))?;
        let members = buf.array(true, 28, |buf| Member::decode(buf, version))?;
        let authorized_operations = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            error_code,
            error_message,
            group_id,
            group_state,
            group_epoch,
            assignment_epoch,
            topology,
            members,
            authorized_operations,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.string(&self.group_id, true)?;
        out.string(&self.group_state, true)?;
        out.i32(self.group_epoch);
        out.i32(self.assignment_epoch);
        out.nullable_struct(self.topology.as_ref(), |out, value| value.encode(out, version))?;
        out.array(&self.members, true, |out, value| value.encode(out, version))?;
        out.i32(self.authorized_operations);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    pub epoch: i32,
    pub subtopologies: Option<Vec<Subtopology>>,
}

impl Topology {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let epoch = buf.i32()?;
        let subtopologies = buf.nullable_array(true, 6, |buf| Subtopology::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { epoch, subtopologies })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.epoch);
        out.nullable_array(self.subtopologies.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subtopology {
    pub subtopology_id: Str,
    pub source_topics: Vec<Str>,
    pub repartition_sink_topics: Vec<Str>,
    pub state_changelog_topics: Vec<TopicInfo>,
    pub repartition_source_topics: Vec<TopicInfo>,
}

impl Subtopology {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let subtopology_id = buf.string(true)?;
        let source_topics = buf.array(true, 1, |buf| buf.string(true))?;
        let repartition_sink_topics = buf.array(true, 1, |buf| buf.string(true))?;
        let state_changelog_topics = buf.array(true, 9, |buf| TopicInfo::decode(buf, version))?;
        let repartition_source_topics =
            buf.array(true, 9, |buf| TopicInfo::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            subtopology_id,
            source_topics,
            repartition_sink_topics,
            state_changelog_topics,
            repartition_source_topics,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.subtopology_id, true)?;
        out.array(&self.source_topics, true, |out, value| out.string(value, true))?;
        out.array(&self.repartition_sink_topics, true, |out, value| out.string(value, true))?;
        out.array(&self.state_changelog_topics, true, |out, value| value.encode(out, version))?;
        out.array(&self.repartition_source_topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicInfo {
    pub name: Str,
    pub partitions: i32,
    pub replication_factor: i16,
    pub topic_configs: Vec<KeyValue>,
}

impl TopicInfo {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let partitions = buf.i32()?;
        let replication_factor = buf.i16()?;
        let topic_configs = buf.array(true, 3, |buf| KeyValue::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, partitions, replication_factor, topic_configs })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.i32(self.partitions);
        out.i16(self.replication_factor);
        out.array(&self.topic_configs, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyValue {
    pub key: Str,
    pub value: Str,
}

impl KeyValue {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let key = buf.string(true)?;
        let value = buf.string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { key, value })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.key, true)?;
        out.string(&self.value, true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    pub member_id: Str,
    pub member_epoch: i32,
    pub instance_id: Option<Str>,
    pub rack_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    pub topology_epoch: i32,
    pub process_id: Str,
    pub user_endpoint: Option<Endpoint>,
    pub client_tags: Vec<KeyValue>,
    pub task_offsets: Vec<TaskOffset>,
    pub task_end_offsets: Vec<TaskOffset>,
    pub assignment: Assignment,
    pub target_assignment: Assignment,
    pub is_classic: bool,
}

impl Member {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let member_id = buf.string(true)?;
        let member_epoch = buf.i32()?;
        let instance_id = buf.nullable_string(true)?;
        let rack_id = buf.nullable_string(true)?;
        let client_id = buf.string(true)?;
        let client_host = buf.string(true)?;
        let topology_epoch = buf.i32()?;
        let process_id = buf.string(true)?;
        let user_endpoint = buf.nullable_struct(|buf| Endpoint::decode(buf, version))?;
        let client_tags = buf.array(true, 3, |buf| KeyValue::decode(buf, version))?;
        let task_offsets = buf.array(true, 14, |buf| TaskOffset::decode(buf, version))?;
        let task_end_offsets = buf.array(true, 14, |buf| TaskOffset::decode(buf, version))?;
        let assignment = Assignment::decode(buf, version)?;
        let target_assignment = Assignment::decode(buf, version)?;
        let is_classic = buf.bool()?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            member_id,
            member_epoch,
            instance_id,
            rack_id,
            client_id,
            client_host,
            topology_epoch,
            process_id,
            user_endpoint,
            client_tags,
            task_offsets,
            task_end_offsets,
            assignment,
            target_assignment,
            is_classic,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.member_id, true)?;
        out.i32(self.member_epoch);
        out.nullable_string(self.instance_id.as_deref(), true)?;
        out.nullable_string(self.rack_id.as_deref(), true)?;
        out.string(&self.client_id, true)?;
        out.string(&self.client_host, true)?;
        out.i32(self.topology_epoch);
        out.string(&self.process_id, true)?;
        out.nullable_struct(self.user_endpoint.as_ref(), |out, value| value.encode(out, version))?;
        out.array(&self.client_tags, true, |out, value| value.encode(out, version))?;
        out.array(&self.task_offsets, true, |out, value| value.encode(out, version))?;
        out.array(&self.task_end_offsets, true, |out, value| value.encode(out, version))?;
        self.assignment.encode(out, version)?;
        self.target_assignment.encode(out, version)?;
        out.bool(self.is_classic);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Endpoint {
    pub host: Str,
    pub port: u16,
}

impl Endpoint {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let host = buf.string(true)?;
        let port = buf.u16()?;
        buf.skip_tagged_fields()?;
        Ok(Self { host, port })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.host, true)?;
        out.u16(self.port);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskOffset {
    pub subtopology_id: Str,
    pub partition: i32,
    pub offset: i64,
}

impl TaskOffset {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let subtopology_id = buf.string(true)?;
        let partition = buf.i32()?;
        let offset = buf.i64()?;
        buf.skip_tagged_fields()?;
        Ok(Self { subtopology_id, partition, offset })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.subtopology_id, true)?;
        out.i32(self.partition);
        out.i64(self.offset);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment {
    pub active_tasks: Vec<TaskIds>,
    pub standby_tasks: Vec<TaskIds>,
    pub warmup_tasks: Vec<TaskIds>,
}

impl Assignment {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let active_tasks = buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let standby_tasks = buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let warmup_tasks = buf.array(true, 3, |buf| TaskIds::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { active_tasks, standby_tasks, warmup_tasks })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.array(&self.active_tasks, true, |out, value| value.encode(out, version))?;
        out.array(&self.standby_tasks, true, |out, value| value.encode(out, version))?;
        out.array(&self.warmup_tasks, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskIds {
    pub subtopology_id: Str,
    pub partitions: Vec<i32>,
}

impl TaskIds {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let subtopology_id = buf.string(true)?;
        let partitions = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self { subtopology_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.subtopology_id, true)?;
        out.array(&self.partitions, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for StreamsGroupDescribeResponse {
    const NAME: &'static str = "StreamsGroupDescribeResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for StreamsGroupDescribeRequest {
    const KEY: ApiKey = ApiKey::StreamsGroupDescribe;
    type Response = StreamsGroupDescribeResponse;
}
