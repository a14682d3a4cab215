// Written by generate.py from Kafka's message descriptions; do not edit.
//! `share_group_heartbeat`: [`ShareGroupHeartbeatRequest`] and [`ShareGroupHeartbeatResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupHeartbeatRequest {
    pub group_id: Str,
    pub member_id: Str,
    pub member_epoch: i32,
    pub rack_id: Option<Str>,
    pub subscribed_topic_names: Option<Vec<Str>>,
}

impl ShareGroupHeartbeatRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ShareGroupHeartbeatRequest", version });
        }
        let group_id = buf.string(true)?;
        let member_id = buf.string(true)?;
        let member_epoch = buf.i32()?;
        let rack_id = buf.nullable_string(true)?;
        let subscribed_topic_names = buf.nullable_array(true, 1, |buf| buf.string(true))?;
        buf.skip_tagged_fields()?;
        Ok(Self { group_id, member_id, member_epoch, rack_id, subscribed_topic_names })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ShareGroupHeartbeatRequest", version });
        }
        out.string(&self.group_id, true)?;
        out.string(&self.member_id, true)?;
        out.i32(self.member_epoch);
        out.nullable_string(self.rack_id.as_deref(), true)?;
        out.nullable_array(self.subscribed_topic_names.as_deref(), true, |out, value| {
            out.string(value, true)
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ShareGroupHeartbeatRequest {
    const NAME: &'static str = "ShareGroupHeartbeatRequest";
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
pub struct ShareGroupHeartbeatResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub member_id: Option<Str>,
    pub member_epoch: i32,
    pub heartbeat_interval_ms: i32,
    pub assignment: Option<Assignment>,
}

impl ShareGroupHeartbeatResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ShareGroupHeartbeatResponse", version });
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
            return Err(EncodeError::Version { message: "ShareGroupHeartbeatResponse", version });
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
    pub topic_partitions: Vec<TopicPartitions>,
}

impl Assignment {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_partitions = buf.array(true, 18, |buf| TopicPartitions::decode(buf, version))?;
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
impl Message for ShareGroupHeartbeatResponse {
    const NAME: &'static str = "ShareGroupHeartbeatResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ShareGroupHeartbeatRequest {
    const KEY: ApiKey = ApiKey::ShareGroupHeartbeat;
    type Response = ShareGroupHeartbeatResponse;
}
