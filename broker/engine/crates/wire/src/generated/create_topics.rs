// Written by generate.py from Kafka's message descriptions; do not edit.
//! `create_topics`: [`CreateTopicsRequest`] and [`CreateTopicsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::{TaggedFields, Writer};
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub struct CreateTopicsRequest {
    pub topics: Vec<CreatableTopic>,
    pub timeout_ms: i32,
    pub validate_only: bool,
}

impl Default for CreateTopicsRequest {
    fn default() -> Self {
        Self { topics: Vec::new(), timeout_ms: 60000, validate_only: false }
    }
}

impl CreateTopicsRequest {
    pub const MIN_VERSION: i16 = 2;
    pub const MAX_VERSION: i16 = 7;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "CreateTopicsRequest", version });
        }
        let topics = buf.array(version >= 5, 10, |buf| CreatableTopic::decode(buf, version))?;
        let timeout_ms = buf.i32()?;
        let validate_only = buf.bool()?;
        if version >= 5 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topics, timeout_ms, validate_only })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "CreateTopicsRequest", version });
        }
        out.array(&self.topics, version >= 5, |out, value| value.encode(out, version))?;
        out.i32(self.timeout_ms);
        out.bool(self.validate_only);
        if version >= 5 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableTopic {
    pub name: Str,
    pub num_partitions: i32,
    pub replication_factor: i16,
    pub assignments: Vec<CreatableReplicaAssignment>,
    pub configs: Vec<CreatableTopicConfig>,
}

impl CreatableTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 5)?;
        let num_partitions = buf.i32()?;
        let replication_factor = buf.i16()?;
        let assignments =
            buf.array(version >= 5, 6, |buf| CreatableReplicaAssignment::decode(buf, version))?;
        let configs =
            buf.array(version >= 5, 3, |buf| CreatableTopicConfig::decode(buf, version))?;
        if version >= 5 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, num_partitions, replication_factor, assignments, configs })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 5)?;
        out.i32(self.num_partitions);
        out.i16(self.replication_factor);
        out.array(&self.assignments, version >= 5, |out, value| value.encode(out, version))?;
        out.array(&self.configs, version >= 5, |out, value| value.encode(out, version))?;
        if version >= 5 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableReplicaAssignment {
    pub partition_index: i32,
    pub broker_ids: Vec<i32>,
}

impl CreatableReplicaAssignment {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let broker_ids = buf.array(version >= 5, 4, |buf| buf.i32())?;
        if version >= 5 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, broker_ids })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.array(&self.broker_ids, version >= 5, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        if version >= 5 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableTopicConfig {
    pub name: Str,
    pub value: Option<Str>,
}

impl CreatableTopicConfig {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 5)?;
        let value = buf.nullable_string(version >= 5)?;
        if version >= 5 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, value })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 5)?;
        out.nullable_string(self.value.as_deref(), version >= 5)?;
        if version >= 5 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for CreateTopicsRequest {
    const NAME: &'static str = "CreateTopicsRequest";
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
pub struct CreateTopicsResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<CreatableTopicResult>,
}

impl CreateTopicsResponse {
    pub const MIN_VERSION: i16 = 2;
    pub const MAX_VERSION: i16 = 7;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "CreateTopicsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let topics =
            buf.array(version >= 5, 6, |buf| CreatableTopicResult::decode(buf, version))?;
        if version >= 5 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "CreateTopicsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.topics, version >= 5, |out, value| value.encode(out, version))?;
        if version >= 5 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct CreatableTopicResult {
    pub name: Str,
    pub topic_id: Uuid,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub topic_config_error_code: i16,
    pub num_partitions: i32,
    pub replication_factor: i16,
    pub configs: Option<Vec<CreatableTopicConfigs>>,
}

impl Default for CreatableTopicResult {
    fn default() -> Self {
        Self {
            name: Str::default(),
            topic_id: Uuid::nil(),
            error_code: 0,
            error_message: None,
            topic_config_error_code: 0,
            num_partitions: -1,
            replication_factor: -1,
            configs: None,
        }
    }
}

impl CreatableTopicResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 5)?;
        let topic_id = if version == 7 { buf.uuid()? } else { Uuid::nil() };
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version >= 5)?;
        let mut topic_config_error_code = 0;
        let num_partitions = if version >= 5 { buf.i32()? } else { -1 };
        let replication_factor = if version >= 5 { buf.i16()? } else { -1 };
        let configs = if version >= 5 {
            buf.nullable_array(true, 6, |buf| CreatableTopicConfigs::decode(buf, version))?
        } else {
            None
        };
        if version >= 5 {
            buf.tagged_fields(|tag, buf| {
                match tag {
                    0 => {
                        topic_config_error_code = buf.i16()?;
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            name,
            topic_id,
            error_code,
            error_message,
            topic_config_error_code,
            num_partitions,
            replication_factor,
            configs,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 5)?;
        if version == 7 {
            out.uuid(self.topic_id);
        }
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version >= 5)?;
        if version >= 5 {
            out.i32(self.num_partitions);
        }
        if version >= 5 {
            out.i16(self.replication_factor);
        }
        if version >= 5 {
            out.nullable_array(self.configs.as_deref(), true, |out, value| {
                value.encode(out, version)
            })?;
        }
        if version >= 5 {
            let mut tags = TaggedFields::default();
            if self.topic_config_error_code != 0 {
                tags.put(0, |out| {
                    out.i16(self.topic_config_error_code);
                    Ok(())
                })?;
            }
            out.tagged_fields(tags);
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct CreatableTopicConfigs {
    pub name: Str,
    pub value: Option<Str>,
    pub read_only: bool,
    pub config_source: i8,
    pub is_sensitive: bool,
}

impl Default for CreatableTopicConfigs {
    fn default() -> Self {
        Self {
            name: Str::default(),
            value: None,
            read_only: false,
            config_source: -1,
            is_sensitive: false,
        }
    }
}

impl CreatableTopicConfigs {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let value = buf.nullable_string(true)?;
        let read_only = buf.bool()?;
        let config_source = buf.i8()?;
        let is_sensitive = buf.bool()?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, value, read_only, config_source, is_sensitive })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.nullable_string(self.value.as_deref(), true)?;
        out.bool(self.read_only);
        out.i8(self.config_source);
        out.bool(self.is_sensitive);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for CreateTopicsResponse {
    const NAME: &'static str = "CreateTopicsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for CreateTopicsRequest {
    const KEY: ApiKey = ApiKey::CreateTopics;
    type Response = CreateTopicsResponse;
}
