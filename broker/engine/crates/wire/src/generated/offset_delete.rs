// Written by generate.py from Kafka's message descriptions; do not edit.
//! `offset_delete`: [`OffsetDeleteRequest`] and [`OffsetDeleteResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequest {
    pub group_id: Str,
    pub topics: Vec<OffsetDeleteRequestTopic>,
}

impl OffsetDeleteRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "OffsetDeleteRequest", version });
        }
        let group_id = buf.string(false)?;
        let topics = buf.array(false, 6, |buf| OffsetDeleteRequestTopic::decode(buf, version))?;
        Ok(Self { group_id, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "OffsetDeleteRequest", version });
        }
        out.string(&self.group_id, false)?;
        out.array(&self.topics, false, |out, value| value.encode(out, version))?;
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequestTopic {
    pub name: Str,
    pub partitions: Vec<OffsetDeleteRequestPartition>,
}

impl OffsetDeleteRequestTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(false)?;
        let partitions =
            buf.array(false, 4, |buf| OffsetDeleteRequestPartition::decode(buf, version))?;
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, false)?;
        out.array(&self.partitions, false, |out, value| value.encode(out, version))?;
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteRequestPartition {
    pub partition_index: i32,
}

impl OffsetDeleteRequestPartition {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        Ok(Self { partition_index })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        Ok(())
    }
}
impl Message for OffsetDeleteRequest {
    const NAME: &'static str = "OffsetDeleteRequest";
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
pub struct OffsetDeleteResponse {
    pub error_code: i16,
    pub throttle_time_ms: i32,
    pub topics: Vec<OffsetDeleteResponseTopic>,
}

impl OffsetDeleteResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "OffsetDeleteResponse", version });
        }
        let error_code = buf.i16()?;
        let throttle_time_ms = buf.i32()?;
        let topics = buf.array(false, 6, |buf| OffsetDeleteResponseTopic::decode(buf, version))?;
        Ok(Self { error_code, throttle_time_ms, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "OffsetDeleteResponse", version });
        }
        out.i16(self.error_code);
        out.i32(self.throttle_time_ms);
        out.array(&self.topics, false, |out, value| value.encode(out, version))?;
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteResponseTopic {
    pub name: Str,
    pub partitions: Vec<OffsetDeleteResponsePartition>,
}

impl OffsetDeleteResponseTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(false)?;
        let partitions =
            buf.array(false, 6, |buf| OffsetDeleteResponsePartition::decode(buf, version))?;
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, false)?;
        out.array(&self.partitions, false, |out, value| value.encode(out, version))?;
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffsetDeleteResponsePartition {
    pub partition_index: i32,
    pub error_code: i16,
}

impl OffsetDeleteResponsePartition {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let error_code = buf.i16()?;
        Ok(Self { partition_index, error_code })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.error_code);
        Ok(())
    }
}
impl Message for OffsetDeleteResponse {
    const NAME: &'static str = "OffsetDeleteResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for OffsetDeleteRequest {
    const KEY: ApiKey = ApiKey::OffsetDelete;
    type Response = OffsetDeleteResponse;
}
