// Written by generate.py from Kafka's message descriptions; do not edit.
//! `share_fetch`: [`ShareFetchRequest`] and [`ShareFetchResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Records, Str};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct ShareFetchRequest {
    pub group_id: Option<Str>,
    pub member_id: Option<Str>,
    pub share_session_epoch: i32,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
    pub max_records: i32,
    pub batch_size: i32,
    pub share_acquire_mode: i8,
    pub is_renew_ack: bool,
    pub topics: Vec<FetchTopic>,
    pub forgotten_topics_data: Vec<ForgottenTopic>,
}

impl Default for ShareFetchRequest {
    fn default() -> Self {
        Self {
            group_id: None,
            member_id: None,
            share_session_epoch: 0,
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            max_records: 0,
            batch_size: 0,
            share_acquire_mode: 0,
            is_renew_ack: false,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
        }
    }
}

impl ShareFetchRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ShareFetchRequest", version });
        }
        let group_id = buf.nullable_string(true)?;
        let member_id = buf.nullable_string(true)?;
        let share_session_epoch = buf.i32()?;
        let max_wait_ms = buf.i32()?;
        let min_bytes = buf.i32()?;
        let max_bytes = buf.i32()?;
        let max_records = buf.i32()?;
        let batch_size = buf.i32()?;
        let share_acquire_mode = if version == 2 { buf.i8()? } else { 0 };
        let is_renew_ack = if version == 2 { buf.bool()? } else { false };
        let topics = buf.array(true, 18, |buf| FetchTopic::decode(buf, version))?;
        let forgotten_topics_data =
            buf.array(true, 18, |buf| ForgottenTopic::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            group_id,
            member_id,
            share_session_epoch,
            max_wait_ms,
            min_bytes,
            max_bytes,
            max_records,
            batch_size,
            share_acquire_mode,
            is_renew_ack,
            topics,
            forgotten_topics_data,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ShareFetchRequest", version });
        }
        out.nullable_string(self.group_id.as_deref(), true)?;
        out.nullable_string(self.member_id.as_deref(), true)?;
        out.i32(self.share_session_epoch);
        out.i32(self.max_wait_ms);
        out.i32(self.min_bytes);
        out.i32(self.max_bytes);
        out.i32(self.max_records);
        out.i32(self.batch_size);
        if version == 2 {
            out.i8(self.share_acquire_mode);
        }
        if version == 2 {
            out.bool(self.is_renew_ack);
        } else {
            absent("ShareFetchRequest.is_renew_ack", version, !self.is_renew_ack)?;
        }
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.array(&self.forgotten_topics_data, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchTopic {
    pub topic_id: Uuid,
    pub partitions: Vec<FetchPartition>,
}

impl FetchTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_id = buf.uuid()?;
        let partitions = buf.array(true, 6, |buf| FetchPartition::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.uuid(self.topic_id);
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchPartition {
    pub partition_index: i32,
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
}

impl FetchPartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let acknowledgement_batches =
            buf.array(true, 18, |buf| AcknowledgementBatch::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition_index, acknowledgement_batches })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.array(&self.acknowledgement_batches, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AcknowledgementBatch {
    pub first_offset: i64,
    pub last_offset: i64,
    pub acknowledge_types: Vec<i8>,
}

impl AcknowledgementBatch {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let first_offset = buf.i64()?;
        let last_offset = buf.i64()?;
        let acknowledge_types = buf.array(true, 1, |buf| buf.i8())?;
        buf.skip_tagged_fields()?;
        Ok(Self { first_offset, last_offset, acknowledge_types })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i64(self.first_offset);
        out.i64(self.last_offset);
        out.array(&self.acknowledge_types, true, |out, value| {
            out.i8(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ForgottenTopic {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl ForgottenTopic {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let topic_id = buf.uuid()?;
        let partitions = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.uuid(self.topic_id);
        out.array(&self.partitions, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ShareFetchRequest {
    const NAME: &'static str = "ShareFetchRequest";
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
pub struct ShareFetchResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub acquisition_lock_timeout_ms: i32,
    pub responses: Vec<ShareFetchableTopicResponse>,
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl ShareFetchResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ShareFetchResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let acquisition_lock_timeout_ms = buf.i32()?;
        let responses =
            buf.array(true, 18, |buf| ShareFetchableTopicResponse::decode(buf, version))?;
        let node_endpoints = buf.array(true, 11, |buf| NodeEndpoint::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            throttle_time_ms,
            error_code,
            error_message,
            acquisition_lock_timeout_ms,
            responses,
            node_endpoints,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ShareFetchResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.i32(self.acquisition_lock_timeout_ms);
        out.array(&self.responses, true, |out, value| value.encode(out, version))?;
        out.array(&self.node_endpoints, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareFetchableTopicResponse {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl ShareFetchableTopicResponse {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_id = buf.uuid()?;
        let partitions = buf.array(true, 22, |buf| PartitionData::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.uuid(self.topic_id);
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    pub partition_index: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub acknowledge_error_code: i16,
    pub acknowledge_error_message: Option<Str>,
    pub current_leader: LeaderIdAndEpoch,
    pub records: Records,
    pub acquired_records: Vec<AcquiredRecords>,
}

impl PartitionData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let acknowledge_error_code = buf.i16()?;
        let acknowledge_error_message = buf.nullable_string(true)?;
        let current_leader = LeaderIdAndEpoch::decode(buf, version)?;
        let records = buf.records(true)?;
        let acquired_records = buf.array(true, 19, |buf| AcquiredRecords::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            partition_index,
            error_code,
            error_message,
            acknowledge_error_code,
            acknowledge_error_message,
            current_leader,
            records,
            acquired_records,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.i16(self.acknowledge_error_code);
        out.nullable_string(self.acknowledge_error_message.as_deref(), true)?;
        self.current_leader.encode(out, version)?;
        out.records(&self.records, true)?;
        out.array(&self.acquired_records, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaderIdAndEpoch {
    pub leader_id: i32,
    pub leader_epoch: i32,
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
pub struct AcquiredRecords {
    pub first_offset: i64,
    pub last_offset: i64,
    pub delivery_count: i16,
}

impl AcquiredRecords {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let first_offset = buf.i64()?;
        let last_offset = buf.i64()?;
        let delivery_count = buf.i16()?;
        buf.skip_tagged_fields()?;
        Ok(Self { first_offset, last_offset, delivery_count })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i64(self.first_offset);
        out.i64(self.last_offset);
        out.i16(self.delivery_count);
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
impl Message for ShareFetchResponse {
    const NAME: &'static str = "ShareFetchResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ShareFetchRequest {
    const KEY: ApiKey = ApiKey::ShareFetch;
    type Response = ShareFetchResponse;
}
