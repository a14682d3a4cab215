// Written by generate.py from Kafka's message descriptions; do not edit.
//! `delete_topics`: [`DeleteTopicsRequest`] and [`DeleteTopicsResponse`].
#![allow(missing_docs)]

use crate::message::{absent, required, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicsRequest {
    pub topics: Vec<DeleteTopicState>,
    pub topic_names: Vec<Str>,
    pub timeout_ms: i32,
}

impl DeleteTopicsRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 6;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DeleteTopicsRequest", version });
        }
        let topics = if version == 6 {
            buf.array(true, 18, |buf| DeleteTopicState::decode(buf, version))?
        } else {
            Vec::new()
        };
        let topic_names = if version <= 5 {
            buf.array(version >= 4, 1, |buf| buf.string(version >= 4))?
        } else {
            Vec::new()
        };
        let timeout_ms = buf.i32()?;
        if version >= 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topics, topic_names, timeout_ms })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DeleteTopicsRequest", version });
        }
        if version == 6 {
            out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        } else {
            absent("DeleteTopicsRequest.topics", version, self.topics.is_empty())?;
        }
        if version <= 5 {
            out.array(&self.topic_names, version >= 4, |out, value| {
                out.string(value, version >= 4)
            })?;
        }
        out.i32(self.timeout_ms);
        if version >= 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteTopicState {
    pub name: Option<Str>,
    pub topic_id: Uuid,
}

impl DeleteTopicState {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.nullable_string(true)?;
        let topic_id = buf.uuid()?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, topic_id })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.nullable_string(self.name.as_deref(), true)?;
        out.uuid(self.topic_id);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DeleteTopicsRequest {
    const NAME: &'static str = "DeleteTopicsRequest";
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
pub struct DeleteTopicsResponse {
    pub throttle_time_ms: i32,
    pub responses: Vec<DeletableTopicResult>,
}

impl DeleteTopicsResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 6;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DeleteTopicsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let responses =
            buf.array(version >= 4, 4, |buf| DeletableTopicResult::decode(buf, version))?;
        if version >= 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, responses })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DeleteTopicsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.responses, version >= 4, |out, value| value.encode(out, version))?;
        if version >= 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct DeletableTopicResult {
    pub name: Option<Str>,
    pub topic_id: Uuid,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl Default for DeletableTopicResult {
    fn default() -> Self {
        Self {
            name: Some(Str::default()),
            topic_id: Uuid::nil(),
            error_code: 0,
            error_message: None,
        }
    }
}

impl DeletableTopicResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = if version == 6 {
            buf.nullable_string(version >= 4)?
        } else {
            Some(buf.string(version >= 4)?)
        };
        let topic_id = if version == 6 { buf.uuid()? } else { Uuid::nil() };
        let error_code = buf.i16()?;
        let error_message = if version >= 5 { buf.nullable_string(true)? } else { None };
        if version >= 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, topic_id, error_code, error_message })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version == 6 {
            out.nullable_string(self.name.as_deref(), version >= 4)?;
        } else {
            out.string(
                required("DeletableTopicResult.name", version, self.name.as_ref())?,
                version >= 4,
            )?;
        }
        if version == 6 {
            out.uuid(self.topic_id);
        }
        out.i16(self.error_code);
        if version >= 5 {
            out.nullable_string(self.error_message.as_deref(), true)?;
        }
        if version >= 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DeleteTopicsResponse {
    const NAME: &'static str = "DeleteTopicsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DeleteTopicsRequest {
    const KEY: ApiKey = ApiKey::DeleteTopics;
    type Response = DeleteTopicsResponse;
}
