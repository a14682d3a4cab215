// Written by generate.py from Kafka's message descriptions; do not edit.
//! `streams_group_heartbeat`: [`StreamsGroupHeartbeatRequest`] and [`StreamsGroupHeartbeatResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, PartialEq)]
pub struct StreamsGroupHeartbeatRequest {
    pub group_id: Str,
    pub member_id: Str,
    pub member_epoch: i32,
    pub endpoint_information_epoch: i32,
    pub instance_id: Option<Str>,
    pub rack_id: Option<Str>,
    pub rebalance_timeout_ms: i32,
    pub topology: Option<Topology>,
    pub active_tasks: Option<Vec<TaskIds>>,
    pub standby_tasks: Option<Vec<TaskIds>>,
    pub warmup_tasks: Option<Vec<TaskIds>>,
    pub process_id: Option<Str>,
    pub user_endpoint: Option<Endpoint>,
    pub client_tags: Option<Vec<KeyValue>>,
    pub task_offsets: Option<Vec<TaskOffset>>,
    pub task_end_offsets: Option<Vec<TaskOffset>>,
    pub shutdown_application: bool,
}

impl Default for StreamsGroupHeartbeatRequest {
    fn default() -> Self {
        Self {
            group_id: Str::default(),
            member_id: Str::default(),
            member_epoch: 0,
            endpoint_information_epoch: 0,
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            topology: None,
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            process_id: None,
            user_endpoint: None,
            client_tags: None,
            task_offsets: None,
            task_end_offsets: None,
            shutdown_application: false,
        }
    }
}

impl StreamsGroupHeartbeatRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "StreamsGroupHeartbeatRequest", version });
        }
        let group_id = buf.string(true)?;
        let member_id = buf.string(true)?;
        let member_epoch = buf.i32()?;
        let endpoint_information_epoch = buf.i32()?;
        let instance_id = buf.nullable_string(true)?;
        let rack_id = buf.nullable_string(true)?;
        let rebalance_timeout_ms = buf.i32()?;
        let topology = buf.nullable_struct(|buf| Topology::decode(buf, version))?;
        let active_tasks = buf.nullable_array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let standby_tasks = buf.nullable_array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let warmup_tasks = buf.nullable_array(true, 3, |buf| TaskIds::decode(buf, version))?;
        let process_id = buf.nullable_string(true)?;
        let user_endpoint = buf.nullable_struct(|buf| Endpoint::decode(buf, version))?;
        let client_tags = buf.nullable_array(true, 3, |buf| KeyValue::decode(buf, version))?;
        let task_offsets = buf.nullable_array(true, 14, |buf| TaskOffset::decode(buf, version))?;
        let task_end_offsets =
            buf.nullable_array(true, 14, |buf| TaskOffset::decode(buf, version))?;
        let shutdown_application = buf.bool()?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            group_id,
            member_id,
            member_epoch,
            endpoint_information_epoch,
            instance_id,
            rack_id,
            rebalance_timeout_ms,
            topology,
            active_tasks,
            standby_tasks,
            warmup_tasks,
            process_id,
            user_endpoint,
            client_tags,
            task_offsets,
            task_end_offsets,
            shutdown_application,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "StreamsGroupHeartbeatRequest", version });
        }
        out.string(&self.group_id, true)?;
        out.string(&self.member_id, true)?;
        out.i32(self.member_epoch);
        out.i32(self.endpoint_information_epoch);
        out.nullable_string(self.instance_id.as_deref(), true)?;
        out.nullable_string(self.rack_id.as_deref(), true)?;
        out.i32(self.rebalance_timeout_ms);
        out.nullable_struct(self.topology.as_ref(), |out, value| value.encode(out, version))?;
        out.nullable_array(self.active_tasks.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.nullable_array(self.standby_tasks.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.nullable_array(self.warmup_tasks.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.nullable_string(self.process_id.as_deref(), true)?;
        out.nullable_struct(self.user_endpoint.as_ref(), |out, value| value.encode(out, version))?;
        out.nullable_array(self.client_tags.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.nullable_array(self.task_offsets.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.nullable_array(self.task_end_offsets.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.bool(self.shutdown_application);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    pub epoch: i32,
    pub subtopologies: Vec<Subtopology>,
}

impl Topology {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let epoch = buf.i32()?;
        let subtopologies = buf.array(true, 8, |buf| Subtopology::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { epoch, subtopologies })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.epoch);
        out.array(&self.subtopologies, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subtopology {
    pub subtopology_id: Str,
    pub source_topics: Vec<Str>,
    pub source_topic_regex: Vec<Str>,
    pub state_changelog_topics: Vec<TopicInfo>,
    pub repartition_sink_topics: Vec<Str>,
    pub repartition_source_topics: Vec<TopicInfo>,
    pub copartition_groups: Vec<CopartitionGroup>,
}

impl Subtopology {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let subtopology_id = buf.string(true)?;
        let source_topics = buf.array(true, 1, |buf| buf.string(true))?;
        let source_topic_regex = buf.array(true, 1, |buf| buf.string(true))?;
        let state_changelog_topics = buf.array(true, 9, |buf| TopicInfo::decode(buf, version))?;
        let repartition_sink_topics = buf.array(true, 1, |buf| buf.string(true))?;
        let repartition_source_topics =
            buf.array(true, 9, |buf| TopicInfo::decode(buf, version))?;
        let copartition_groups =
            buf.array(true, 4, |buf| CopartitionGroup::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            subtopology_id,
            source_topics,
            source_topic_regex,
            state_changelog_topics,
            repartition_sink_topics,
            repartition_source_topics,
            copartition_groups,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.subtopology_id, true)?;
        out.array(&self.source_topics, true, |out, value| out.string(value, true))?;
        out.array(&self.source_topic_regex, true, |out, value| out.string(value, true))?;
        out.array(&self.state_changelog_topics, true, |out, value| value.encode(out, version))?;
        out.array(&self.repartition_sink_topics, true, |out, value| out.string(value, true))?;
        out.array(&self.repartition_source_topics, true, |out, value| value.encode(out, version))?;
        out.array(&self.copartition_groups, true, |out, value| value.encode(out, version))?;
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
pub struct CopartitionGroup {
    pub source_topics: Vec<i16>,
    pub source_topic_regex: Vec<i16>,
    pub repartition_source_topics: Vec<i16>,
}

impl CopartitionGroup {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let source_topics = buf.array(true, 2, |buf| buf.i16())?;
        let source_topic_regex = buf.array(true, 2, |buf| buf.i16())?;
        let repartition_source_topics = buf.array(true, 2, |buf| buf.i16())?;
        buf.skip_tagged_fields()?;
        Ok(Self { source_topics, source_topic_regex, repartition_source_topics })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.array(&self.source_topics, true, |out, value| {
            out.i16(*value);
            Ok(())
        })?;
        out.array(&self.source_topic_regex, true, |out, value| {
            out.i16(*value);
            Ok(())
        })?;
        out.array(&self.repartition_source_topics, true, |out, value| {
            out.i16(*value);
            Ok(())
        })?;
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
impl Message for StreamsGroupHeartbeatRequest {
    const NAME: &'static str = "StreamsGroupHeartbeatRequest";
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
pub struct StreamsGroupHeartbeatResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub member_id: Str,
    pub member_epoch: i32,
    pub heartbeat_interval_ms: i32,
    pub acceptable_recovery_lag: i32,
    pub task_offset_interval_ms: i32,
    pub status: Option<Vec<Status>>,
    pub active_tasks: Option<Vec<StreamsGroupHeartbeatResponseTaskIds>>,
    pub standby_tasks: Option<Vec<StreamsGroupHeartbeatResponseTaskIds>>,
    pub warmup_tasks: Option<Vec<StreamsGroupHeartbeatResponseTaskIds>>,
    pub endpoint_information_epoch: i32,
    pub partitions_by_user_endpoint: Option<Vec<EndpointToPartitions>>,
}

impl StreamsGroupHeartbeatResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "StreamsGroupHeartbeatResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let member_id = buf.string(true)?;
        let member_epoch = buf.i32()?;
        let heartbeat_interval_ms = buf.i32()?;
        let acceptable_recovery_lag = buf.i32()?;
        let task_offset_interval_ms = buf.i32()?;
        let status = buf.nullable_array(true, 3, |buf| Status::decode(buf, version))?;
        let active_tasks = buf.nullable_array(true, 3, |buf| {
            StreamsGroupHeartbeatResponseTaskIds::decode(buf, version)
        })?;
        let standby_tasks = buf.nullable_array(true, 3, |buf| {
            StreamsGroupHeartbeatResponseTaskIds::decode(buf, version)
        })?;
        let warmup_tasks = buf.nullable_array(true, 3, |buf| {
            StreamsGroupHeartbeatResponseTaskIds::decode(buf, version)
        })?;
        let endpoint_information_epoch = buf.i32()?;
        let partitions_by_user_endpoint =
            buf.nullable_array(true, 7, |buf| EndpointToPartitions::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            throttle_time_ms,
            error_code,
            error_message,
            member_id,
            member_epoch,
            heartbeat_interval_ms,
            acceptable_recovery_lag,
            task_offset_interval_ms,
            status,
            active_tasks,
            standby_tasks,
            warmup_tasks,
            endpoint_information_epoch,
            partitions_by_user_endpoint,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "StreamsGroupHeartbeatResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.string(&self.member_id, true)?;
        out.i32(self.member_epoch);
        out.i32(self.heartbeat_interval_ms);
        out.i32(self.acceptable_recovery_lag);
        out.i32(self.task_offset_interval_ms);
        out.nullable_array(self.status.as_deref(), true, |out, value| value.encode(out, version))?;
        out.nullable_array(self.active_tasks.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.nullable_array(self.standby_tasks.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.nullable_array(self.warmup_tasks.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.i32(self.endpoint_information_epoch);
        out.nullable_array(self.partitions_by_user_endpoint.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    pub status_code: i8,
    pub status_detail: Str,
}

impl Status {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let status_code = buf.i8()?;
        let status_detail = buf.string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { status_code, status_detail })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i8(self.status_code);
        out.string(&self.status_detail, true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupHeartbeatResponseTaskIds {
    pub subtopology_id: Str,
    pub partitions: Vec<i32>,
}

impl StreamsGroupHeartbeatResponseTaskIds {
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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndpointToPartitions {
    pub user_endpoint: StreamsGroupHeartbeatResponseEndpoint,
    pub active_partitions: Vec<TopicPartition>,
    pub standby_partitions: Vec<TopicPartition>,
}

impl EndpointToPartitions {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let user_endpoint = StreamsGroupHeartbeatResponseEndpoint::decode(buf, version)?;
        let active_partitions = buf.array(true, 3, |buf| TopicPartition::decode(buf, version))?;
        let standby_partitions = buf.array(true, 3, |buf| TopicPartition::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { user_endpoint, active_partitions, standby_partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.user_endpoint.encode(out, version)?;
        out.array(&self.active_partitions, true, |out, value| value.encode(out, version))?;
        out.array(&self.standby_partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupHeartbeatResponseEndpoint {
    pub host: Str,
    pub port: u16,
}

impl StreamsGroupHeartbeatResponseEndpoint {
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
pub struct TopicPartition {
    pub topic: Str,
    pub partitions: Vec<i32>,
}

impl TopicPartition {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let topic = buf.string(true)?;
        let partitions = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic, partitions })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic, true)?;
        out.array(&self.partitions, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for StreamsGroupHeartbeatResponse {
    const NAME: &'static str = "StreamsGroupHeartbeatResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for StreamsGroupHeartbeatRequest {
    const KEY: ApiKey = ApiKey::StreamsGroupHeartbeat;
    type Response = StreamsGroupHeartbeatResponse;
}
