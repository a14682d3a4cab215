// Written by generate.py from Kafka's message descriptions; do not edit.
//! `produce`: [`ProduceRequest`] and [`ProduceResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::{TaggedFields, Writer};
use crate::{ApiKey, DecodeError, EncodeError, Reader, Records, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProduceRequest {
    pub transactional_id: Option<Str>,
    pub acks: i16,
    pub timeout_ms: i32,
    pub topic_data: Vec<TopicProduceData>,
}

impl ProduceRequest {
    pub const MIN_VERSION: i16 = 3;
    pub const MAX_VERSION: i16 = 13;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ProduceRequest", version });
        }
        let transactional_id = buf.nullable_string(version >= 9)?;
        let acks = buf.i16()?;
        let timeout_ms = buf.i32()?;
        let topic_data =
            buf.array(version >= 9, 3, |buf| TopicProduceData::decode(buf, version))?;
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { transactional_id, acks, timeout_ms, topic_data })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ProduceRequest", version });
        }
        out.nullable_string(self.transactional_id.as_deref(), version >= 9)?;
        out.i16(self.acks);
        out.i32(self.timeout_ms);
        out.array(&self.topic_data, version >= 9, |out, value| value.encode(out, version))?;
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicProduceData {
    pub name: Str,
    pub topic_id: Uuid,
    pub partition_data: Vec<PartitionProduceData>,
}

impl TopicProduceData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = if version <= 12 { buf.string(version >= 9)? } else { Str::default() };
        let topic_id = if version == 13 { buf.uuid()? } else { Uuid::nil() };
        let partition_data =
            buf.array(version >= 9, 6, |buf| PartitionProduceData::decode(buf, version))?;
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, topic_id, partition_data })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 12 {
            out.string(&self.name, version >= 9)?;
        }
        if version == 13 {
            out.uuid(self.topic_id);
        }
        out.array(&self.partition_data, version >= 9, |out, value| value.encode(out, version))?;
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionProduceData {
    pub index: i32,
    pub records: Option<Records>,
}

impl PartitionProduceData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let index = buf.i32()?;
        let records = buf.nullable_records(version >= 9)?;
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { index, records })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.index);
        out.nullable_records(self.records.as_ref(), version >= 9)?;
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for ProduceRequest {
    const NAME: &'static str = "ProduceRequest";
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
pub struct ProduceResponse {
    pub responses: Vec<TopicProduceResponse>,
    pub throttle_time_ms: i32,
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl ProduceResponse {
    pub const MIN_VERSION: i16 = 3;
    pub const MAX_VERSION: i16 = 13;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ProduceResponse", version });
        }
        let responses =
            buf.array(version >= 9, 3, |buf| TopicProduceResponse::decode(buf, version))?;
        let throttle_time_ms = buf.i32()?;
        let mut node_endpoints = Vec::new();
        if version >= 9 {
            buf.tagged_fields(|tag, buf| {
                match tag {
                    0 if version >= 10 => {
                        node_endpoints =
                            buf.array(true, 11, |buf| NodeEndpoint::decode(buf, version))?;
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self { responses, throttle_time_ms, node_endpoints })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ProduceResponse", version });
        }
        out.array(&self.responses, version >= 9, |out, value| value.encode(out, version))?;
        out.i32(self.throttle_time_ms);
        if version >= 9 {
            let mut tags = TaggedFields::default();
            if version >= 10 {
                if !self.node_endpoints.is_empty() {
                    tags.put(0, |out| {
                        out.array(&self.node_endpoints, true, |out, value| {
                            value.encode(out, version)
                        })?;
                        Ok(())
                    })?;
                }
            } else {
                absent("ProduceResponse.node_endpoints", version, self.node_endpoints.is_empty())?;
            }
            out.tagged_fields(tags);
        } else {
            absent("ProduceResponse.node_endpoints", version, self.node_endpoints.is_empty())?;
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicProduceResponse {
    pub name: Str,
    pub topic_id: Uuid,
    pub partition_responses: Vec<PartitionProduceResponse>,
}

impl TopicProduceResponse {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = if version <= 12 { buf.string(version >= 9)? } else { Str::default() };
        let topic_id = if version == 13 { buf.uuid()? } else { Uuid::nil() };
        let partition_responses =
            buf.array(version >= 9, 22, |buf| PartitionProduceResponse::decode(buf, version))?;
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, topic_id, partition_responses })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 12 {
            out.string(&self.name, version >= 9)?;
        }
        if version == 13 {
            out.uuid(self.topic_id);
        }
        out.array(&self.partition_responses, version >= 9, |out, value| {
            value.encode(out, version)
        })?;
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionProduceResponse {
    pub index: i32,
    pub error_code: i16,
    pub base_offset: i64,
    pub log_append_time_ms: i64,
    pub log_start_offset: i64,
    pub record_errors: Vec<BatchIndexAndErrorMessage>,
    pub error_message: Option<Str>,
    pub current_leader: LeaderIdAndEpoch,
}

impl Default for PartitionProduceResponse {
    fn default() -> Self {
        Self {
            index: 0,
            error_code: 0,
            base_offset: 0,
            log_append_time_ms: -1,
            log_start_offset: -1,
            record_errors: Vec::new(),
            error_message: None,
            current_leader: LeaderIdAndEpoch::default(),
        }
    }
}

impl PartitionProduceResponse {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let index = buf.i32()?;
        let error_code = buf.i16()?;
        let base_offset = buf.i64()?;
        let log_append_time_ms = buf.i64()?;
        let log_start_offset = if version >= 5 { buf.i64()? } else { -1 };
        let record_errors = if version >= 8 {
            buf.array(version >= 9, 6, |buf| BatchIndexAndErrorMessage::decode(buf, version))?
        } else {
            Vec::new()
        };
        let error_message = if version >= 8 { buf.nullable_string(version >= 9)? } else { None };
        let mut current_leader = LeaderIdAndEpoch::default();
        if version >= 9 {
            buf.tagged_fields(|tag, buf| {
                match tag {
                    0 if version >= 10 => {
                        current_leader = LeaderIdAndEpoch::decode(buf, version)?;
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            index,
            error_code,
            base_offset,
            log_append_time_ms,
            log_start_offset,
            record_errors,
            error_message,
            current_leader,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.index);
        out.i16(self.error_code);
        out.i64(self.base_offset);
        out.i64(self.log_append_time_ms);
        if version >= 5 {
            out.i64(self.log_start_offset);
        }
        if version >= 8 {
            out.array(&self.record_errors, version >= 9, |out, value| value.encode(out, version))?;
        }
        if version >= 8 {
            out.nullable_string(self.error_message.as_deref(), version >= 9)?;
        }
        if version >= 9 {
            let mut tags = TaggedFields::default();
            if version >= 10 {
                if self.current_leader != LeaderIdAndEpoch::default() {
                    tags.put(0, |out| {
                        self.current_leader.encode(out, version)?;
                        Ok(())
                    })?;
                }
            } else {
                absent(
                    "PartitionProduceResponse.current_leader",
                    version,
                    self.current_leader == LeaderIdAndEpoch::default(),
                )?;
            }
            out.tagged_fields(tags);
        } else {
            absent(
                "PartitionProduceResponse.current_leader",
                version,
                self.current_leader == LeaderIdAndEpoch::default(),
            )?;
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchIndexAndErrorMessage {
    pub batch_index: i32,
    pub batch_index_error_message: Option<Str>,
}

impl BatchIndexAndErrorMessage {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let batch_index = buf.i32()?;
        let batch_index_error_message = buf.nullable_string(version >= 9)?;
        if version >= 9 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { batch_index, batch_index_error_message })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.batch_index);
        out.nullable_string(self.batch_index_error_message.as_deref(), version >= 9)?;
        if version >= 9 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct LeaderIdAndEpoch {
    pub leader_id: i32,
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1 }
    }
}

impl LeaderIdAndEpoch {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let leader_id = buf.i32()?;
        let leader_epoch = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self { leader_id, leader_epoch })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.leader_id);
        out.i32(self.leader_epoch);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeEndpoint {
    pub node_id: i32,
    pub host: Str,
    pub port: i32,
    pub rack: Option<Str>,
}

impl NodeEndpoint {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let node_id = buf.i32()?;
        let host = buf.string(true)?;
        let port = buf.i32()?;
        let rack = buf.nullable_string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { node_id, host, port, rack })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.node_id);
        out.string(&self.host, true)?;
        out.i32(self.port);
        out.nullable_string(self.rack.as_deref(), true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ProduceResponse {
    const NAME: &'static str = "ProduceResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ProduceRequest {
    const KEY: ApiKey = ApiKey::Produce;
    type Response = ProduceResponse;
}
