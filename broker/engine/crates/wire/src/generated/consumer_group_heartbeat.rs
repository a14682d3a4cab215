// Written by generate.py from Kafka's message descriptions; do not edit.
//! `consumer_group_heartbeat`: [`ConsumerGroupHeartbeatRequest`] and [`ConsumerGroupHeartbeatResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerGroupHeartbeatRequest {
    pub group_id: Str,
    pub member_id: Str,
    pub member_epoch: i32,
    pub instance_id: Option<Str>,
    pub rack_id: Option<Str>,
    pub rebalance_timeout_ms: i32,
    pub subscribed_topic_names: Option<Vec<Str>>,
    pub subscribed_topic_regex: Option<Str>,
    pub server_assignor: Option<Str>,
    pub topic_partitions: Option<Vec<TopicPartitions>>,
}

impl Default for ConsumerGroupHeartbeatRequest {
    fn default() -> Self {
        Self {
            group_id: Str::default(),
            member_id: Str::default(),
            member_epoch: 0,
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            subscribed_topic_names: None,
            subscribed_topic_regex: None,
            server_assignor: None,
            topic_partitions: None,
        }
    }
}

impl ConsumerGroupHeartbeatRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ConsumerGroupHeartbeatRequest", version });
        }
        let group_id = buf.string(true)?;
        let member_id = buf.string(true)?;
        let member_epoch = buf.i32()?;
        let instance_id = buf.nullable_string(true)?;
        let rack_id = buf.nullable_string(true)?;
        let rebalance_timeout_ms = buf.i32()?;
        let subscribed_topic_names = buf.nullable_array(true, 1, |buf| buf.string(true))?;
        let subscribed_topic_regex = if version == 1 { buf.nullable_string(true)? } else { None };
        let server_assignor = buf.nullable_string(true)?;
        let topic_partitions =
            buf.nullable_array(true, 18, |buf| TopicPartitions::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            group_id,
            member_id,
            member_epoch,
            instance_id,
            rack_id,
            rebalance_timeout_ms,
            subscribed_topic_names,
            subscribed_topic_regex,
            server_assignor,
            topic_partitions,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ConsumerGroupHeartbeatRequest", version });
        }
        out.string(&self.group_id, true)?;
        out.string(&self.member_id, true)?;
        out.i32(self.member_epoch);
        out.nullable_string(self.instance_id.as_deref(), true)?;
        out.nullable_string(self.rack_id.as_deref(), true)?;
        out.i32(self.rebalance_timeout_ms);
        out.nullable_array(self.subscribed_topic_names.as_deref(), true, |out, value| {
            out.string(value, true)
        })?;
        if version == 1 {
            out.nullable_string(self.subscribed_topic_regex.as_deref(), true)?;
        } else {
            absent(
                "ConsumerGroupHeartbeatRequest.subscribed_topic_regex",
                version,
                self.subscribed_topic_regex.is_none(),
            )?;
        }
        out.nullable_string(self.server_assignor.as_deref(), true)?;
        out.nullable_array(self.topic_partitions.as_deref(), true, |out, value| {
            value.encode(out, version)
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl TopicPartitions {
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
impl Message for ConsumerGroupHeartbeatRequest {
    const NAME: &'static str = "ConsumerGroupHeartbeatRequest";
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
pub struct ConsumerGroupHeartbeatResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub member_id: Option<Str>,
    pub member_epoch: i32,
    pub heartbeat_interval_ms: i32,
    pub assignment: Option<Assignment>,
}

impl ConsumerGroupHeartbeatResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ConsumerGroupHeartbeatResponse",
                version,
            });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let member_id = buf.nullable_string(true)?;
        let member_epoch = buf.i32()?;
        let heartbeat_interval_ms = buf.i32()?;
        let assignment = buf.nullable_struct(|buf| Assignment::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            throttle_time_ms,
            error_code,
            error_message,
            member_id,
            member_epoch,
            heartbeat_interval_ms,
            assignment,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "ConsumerGroupHeartbeatResponse",
                version,
            });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.nullable_string(self.member_id.as_deref(), true)?;
        out.i32(self.member_epoch);
        out.i32(self.heartbeat_interval_ms);
        out.nullable_struct(self.assignment.as_ref(), |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment {
    pub topic_partitions: Vec<ConsumerGroupHeartbeatResponseTopicPartitions>,
}

impl Assignment {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_partitions = buf.array(true, 18, |buf| {
            ConsumerGroupHeartbeatResponseTopicPartitions::decode(buf, version)
        })?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.array(&self.topic_partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupHeartbeatResponseTopicPartitions {
    pub topic_id: Uuid,
    pub partitions: Vec<i32>,
}

impl ConsumerGroupHeartbeatResponseTopicPartitions {
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
impl Message for ConsumerGroupHeartbeatResponse {
    const NAME: &'static str = "ConsumerGroupHeartbeatResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ConsumerGroupHeartbeatRequest {
    const KEY: ApiKey = ApiKey::ConsumerGroupHeartbeat;
    type Response = ConsumerGroupHeartbeatResponse;
}
