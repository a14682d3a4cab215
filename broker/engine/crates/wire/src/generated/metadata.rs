// Written by generate.py from Kafka's message descriptions; do not edit.
//! `metadata`: [`MetadataRequest`] and [`MetadataResponse`].
#![allow(missing_docs)]

use crate::message::{absent, required, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct MetadataRequest {
    pub topics: Option<Vec<MetadataRequestTopic>>,
    pub allow_auto_topic_creation: bool,
    pub include_cluster_authorized_operations: bool,
    pub include_topic_authorized_operations: bool,
}

impl Default for MetadataRequest {
    fn default() -> Self {
        Self {
            topics: Some(Vec::new()),
            allow_auto_topic_creation: true,
            include_cluster_authorized_operations: false,
            include_topic_authorized_operations: false,
        }
    }
}

impl MetadataRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 13;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "MetadataRequest", version });
        }
        let topics = if version >= 1 {
            buf.nullable_array(version >= 9, 2, |buf| MetadataRequestTopic::decode(buf, version))?
        } else {
            Some(buf.array(version >= 9, 2, |buf| MetadataRequestTopic::decode(buf, version))?)
        };
        let allow_auto_topic_creation = if version >= 4 { buf.bool()? } else { true };
        let include_cluster_authorized_operations =
            if (8..=10).contains(&version) { buf.bool()? } else { false };
        let include_topic_authorized_operations = if version >= 8 { buf.bool()? } else { false };
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            topics,
            allow_auto_topic_creation,
            include_cluster_authorized_operations,
            include_topic_authorized_operations,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "MetadataRequest", version });
        }
        if version >= 1 {
            out.nullable_array(self.topics.as_deref(), version >= 9, |out, value| {
                value.encode(out, version)
            })?;
        } else {
            out.array(
                required("MetadataRequest.topics", version, self.topics.as_ref())?,
                version >= 9,
                |out, value| value.encode(out, version),
            )?;
        }
        if version >= 4 {
            out.bool(self.allow_auto_topic_creation);
        } else {
            absent(
                "MetadataRequest.allow_auto_topic_creation",
                version,
                self.allow_auto_topic_creation,
            )?;
        }
        if (8..=10).contains(&version) {
            out.bool(self.include_cluster_authorized_operations);
        } else {
            absent(
                "MetadataRequest.include_cluster_authorized_operations",
                version,
                !self.include_cluster_authorized_operations,
            )?;
        }
        if version >= 8 {
            out.bool(self.include_topic_authorized_operations);
        } else {
            absent(
                "MetadataRequest.include_topic_authorized_operations",
                version,
                !self.include_topic_authorized_operations,
            )?;
        }
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataRequestTopic {
    pub topic_id: Uuid,
    pub name: Option<Str>,
}

impl Default for MetadataRequestTopic {
    fn default() -> Self {
        Self { topic_id: Uuid::nil(), name: Some(Str::default()) }
    }
}

impl MetadataRequestTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_id = if version >= 10 { buf.uuid()? } else { Uuid::nil() };
        let name = if version >= 10 {
            buf.nullable_string(version >= 9)?
        } else {
            Some(buf.string(version >= 9)?)
        };
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topic_id, name })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version >= 10 {
            out.uuid(self.topic_id);
        }
        if version >= 10 {
            out.nullable_string(self.name.as_deref(), version >= 9)?;
        } else {
            out.string(
                required("MetadataRequestTopic.name", version, self.name.as_ref())?,
                version >= 9,
            )?;
        }
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for MetadataRequest {
    const NAME: &'static str = "MetadataRequest";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponse {
    pub throttle_time_ms: i32,
    pub brokers: Vec<MetadataResponseBroker>,
    pub cluster_id: Option<Str>,
    pub controller_id: i32,
    pub topics: Vec<MetadataResponseTopic>,
    pub cluster_authorized_operations: i32,
    pub error_code: i16,
}

impl Default for MetadataResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            brokers: Vec::new(),
            cluster_id: None,
            controller_id: -1,
            topics: Vec::new(),
            cluster_authorized_operations: i32::MIN,
            error_code: 0,
        }
    }
}

impl MetadataResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 13;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "MetadataResponse", version });
        }
        let throttle_time_ms = if version >= 3 { buf.i32()? } else { 0 };
        let brokers =
            buf.array(version >= 9, 10, |buf| MetadataResponseBroker::decode(buf, version))?;
        let cluster_id = if version >= 2 { buf.nullable_string(version >= 9)? } else { None };
        let controller_id = if version >= 1 { buf.i32()? } else { -1 };
        let topics =
            buf.array(version >= 9, 8, |buf| MetadataResponseTopic::decode(buf, version))?;
        let cluster_authorized_operations =
            if (8..=10).contains(&version) { buf.i32()? } else { i32::MIN };
        let error_code = if version == 13 { buf.i16()? } else { 0 };
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            throttle_time_ms,
            brokers,
            cluster_id,
            controller_id,
            topics,
            cluster_authorized_operations,
            error_code,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "MetadataResponse", version });
        }
        if version >= 3 {
            out.i32(self.throttle_time_ms);
        }
        out.array(&self.brokers, version >= 9, |out, value| value.encode(out, version))?;
        if version >= 2 {
            out.nullable_string(self.cluster_id.as_deref(), version >= 9)?;
        }
        if version >= 1 {
            out.i32(self.controller_id);
        }
        out.array(&self.topics, version >= 9, |out, value| value.encode(out, version))?;
        if (8..=10).contains(&version) {
            out.i32(self.cluster_authorized_operations);
        } else {
            absent(
                "MetadataResponse.cluster_authorized_operations",
                version,
                self.cluster_authorized_operations == i32::MIN,
            )?;
        }
        if version == 13 {
            out.i16(self.error_code);
        }
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetadataResponseBroker {
    pub node_id: i32,
    pub host: Str,
    pub port: i32,
    pub rack: Option<Str>,
}

impl MetadataResponseBroker {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let node_id = buf.i32()?;
        let host = buf.string(version >= 9)?;
        let port = buf.i32()?;
        let rack = if version >= 1 { buf.nullable_string(version >= 9)? } else { None };
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { node_id, host, port, rack })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.node_id);
        out.string(&self.host, version >= 9)?;
        out.i32(self.port);
        if version >= 1 {
            out.nullable_string(self.rack.as_deref(), version >= 9)?;
        }
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponseTopic {
    pub error_code: i16,
    pub name: Option<Str>,
    pub topic_id: Uuid,
    pub is_internal: bool,
    pub partitions: Vec<MetadataResponsePartition>,
    pub topic_authorized_operations: i32,
}

impl Default for MetadataResponseTopic {
    fn default() -> Self {
        Self {
            error_code: 0,
            name: Some(Str::default()),
            topic_id: Uuid::nil(),
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: i32::MIN,
        }
    }
}

impl MetadataResponseTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let name = if version >= 12 {
            buf.nullable_string(version >= 9)?
        } else {
            Some(buf.string(version >= 9)?)
        };
        let topic_id = if version >= 10 { buf.uuid()? } else { Uuid::nil() };
        let is_internal = if version >= 1 { buf.bool()? } else { false };
        let partitions =
            buf.array(version >= 9, 18, |buf| MetadataResponsePartition::decode(buf, version))?;
        let topic_authorized_operations = if version >= 8 { buf.i32()? } else { i32::MIN };
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
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
        if version >= 12 {
            out.nullable_string(self.name.as_deref(), version >= 9)?;
        } else {
            out.string(
                required("MetadataResponseTopic.name", version, self.name.as_ref())?,
                version >= 9,
            )?;
        }
        if version >= 10 {
            out.uuid(self.topic_id);
        }
        if version >= 1 {
            out.bool(self.is_internal);
        }
        out.array(&self.partitions, version >= 9, |out, value| value.encode(out, version))?;
        if version >= 8 {
            out.i32(self.topic_authorized_operations);
        } else {
            absent(
                "MetadataResponseTopic.topic_authorized_operations",
                version,
                self.topic_authorized_operations == i32::MIN,
            )?;
        }
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct MetadataResponsePartition {
    pub error_code: i16,
    pub partition_index: i32,
    pub leader_id: i32,
    pub leader_epoch: i32,
    pub replica_nodes: Vec<i32>,
    pub isr_nodes: Vec<i32>,
    pub offline_replicas: Vec<i32>,
}

impl Default for MetadataResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            offline_replicas: Vec::new(),
        }
    }
}

impl MetadataResponsePartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let partition_index = buf.i32()?;
        let leader_id = buf.i32()?;
        let leader_epoch = if version >= 7 { buf.i32()? } else { -1 };
        let replica_nodes = buf.array(version >= 9, 4, |buf| buf.i32())?;
        let isr_nodes = buf.array(version >= 9, 4, |buf| buf.i32())?;
        let offline_replicas =
            if version >= 5 { buf.array(version >= 9, 4, |buf| buf.i32())? } else { Vec::new() };
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            error_code,
            partition_index,
            leader_id,
            leader_epoch,
            replica_nodes,
            isr_nodes,
            offline_replicas,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.i32(self.partition_index);
        out.i32(self.leader_id);
        if version >= 7 {
            out.i32(self.leader_epoch);
        }
        out.array(&self.replica_nodes, version >= 9, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.array(&self.isr_nodes, version >= 9, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        if version >= 5 {
            out.array(&self.offline_replicas, version >= 9, |out, value| {
                out.i32(*value);
                Ok(())
            })?;
        }
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for MetadataResponse {
    const NAME: &'static str = "MetadataResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for MetadataRequest {
    const KEY: ApiKey = ApiKey::Metadata;
    type Response = MetadataResponse;
}
