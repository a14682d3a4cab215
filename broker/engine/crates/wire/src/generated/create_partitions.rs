// Written by generate.py from Kafka's message descriptions; do not edit.
//! `create_partitions`: [`CreatePartitionsRequest`] and [`CreatePartitionsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatePartitionsRequest {
    pub topics: Vec<CreatePartitionsTopic>,
    pub timeout_ms: i32,
    pub validate_only: bool,
}

impl CreatePartitionsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "CreatePartitionsRequest", version });
        }
        let topics =
            buf.array(version >= 2, 7, |buf| CreatePartitionsTopic::decode(buf, version))?;
        let timeout_ms = buf.i32()?;
        let validate_only = buf.bool()?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topics, timeout_ms, validate_only })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "CreatePartitionsRequest", version });
        }
        out.array(&self.topics, version >= 2, |out, value| value.encode(out, version))?;
        out.i32(self.timeout_ms);
        out.bool(self.validate_only);
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatePartitionsTopic {
    pub name: Str,
    pub count: i32,
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
}

impl CreatePartitionsTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 2)?;
        let count = buf.i32()?;
        let assignments = buf.nullable_array(version >= 2, 2, |buf| {
            CreatePartitionsAssignment::decode(buf, version)
        })?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, count, assignments })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 2)?;
        out.i32(self.count);
        out.nullable_array(self.assignments.as_deref(), version >= 2, |out, value| {
            value.encode(out, version)
        })?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatePartitionsAssignment {
    pub broker_ids: Vec<i32>,
}

impl CreatePartitionsAssignment {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let broker_ids = buf.array(version >= 2, 4, |buf| buf.i32())?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { broker_ids })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.array(&self.broker_ids, version >= 2, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for CreatePartitionsRequest {
    const NAME: &'static str = "CreatePartitionsRequest";
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
pub struct CreatePartitionsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<CreatePartitionsTopicResult>,
}

impl CreatePartitionsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "CreatePartitionsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let results =
            buf.array(version >= 2, 5, |buf| CreatePartitionsTopicResult::decode(buf, version))?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "CreatePartitionsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.results, version >= 2, |out, value| value.encode(out, version))?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatePartitionsTopicResult {
    pub name: Str,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl CreatePartitionsTopicResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 2)?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version >= 2)?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, error_code, error_message })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 2)?;
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version >= 2)?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for CreatePartitionsResponse {
    const NAME: &'static str = "CreatePartitionsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for CreatePartitionsRequest {
    const KEY: ApiKey = ApiKey::CreatePartitions;
    type Response = CreatePartitionsResponse;
}
