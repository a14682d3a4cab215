// Written by generate.py from Kafka's message descriptions; do not edit.
//! `delete_records`: [`DeleteRecordsRequest`] and [`DeleteRecordsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsRequest {
    pub topics: Vec<DeleteRecordsTopic>,
    pub timeout_ms: i32,
}

impl DeleteRecordsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DeleteRecordsRequest", version });
        }
        let topics = buf.array(version == 2, 3, |buf| DeleteRecordsTopic::decode(buf, version))?;
        let timeout_ms = buf.i32()?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topics, timeout_ms })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DeleteRecordsRequest", version });
        }
        out.array(&self.topics, version == 2, |out, value| value.encode(out, version))?;
        out.i32(self.timeout_ms);
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsTopic {
    pub name: Str,
    pub partitions: Vec<DeleteRecordsPartition>,
}

impl DeleteRecordsTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version == 2)?;
        let partitions =
            buf.array(version == 2, 12, |buf| DeleteRecordsPartition::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version == 2)?;
        out.array(&self.partitions, version == 2, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsPartition {
    pub partition_index: i32,
    pub offset: i64,
}

impl DeleteRecordsPartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let offset = buf.i64()?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, offset })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i64(self.offset);
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DeleteRecordsRequest {
    const NAME: &'static str = "DeleteRecordsRequest";
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
pub struct DeleteRecordsResponse {
    pub throttle_time_ms: i32,
    pub topics: Vec<DeleteRecordsTopicResult>,
}

impl DeleteRecordsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DeleteRecordsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let topics =
            buf.array(version == 2, 3, |buf| DeleteRecordsTopicResult::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DeleteRecordsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.topics, version == 2, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsTopicResult {
    pub name: Str,
    pub partitions: Vec<DeleteRecordsPartitionResult>,
}

impl DeleteRecordsTopicResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version == 2)?;
        let partitions =
            buf.array(version == 2, 14, |buf| DeleteRecordsPartitionResult::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version == 2)?;
        out.array(&self.partitions, version == 2, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteRecordsPartitionResult {
    pub partition_index: i32,
    pub low_watermark: i64,
    pub error_code: i16,
}

impl DeleteRecordsPartitionResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let low_watermark = buf.i64()?;
        let error_code = buf.i16()?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, low_watermark, error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i64(self.low_watermark);
        out.i16(self.error_code);
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DeleteRecordsResponse {
    const NAME: &'static str = "DeleteRecordsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DeleteRecordsRequest {
    const KEY: ApiKey = ApiKey::DeleteRecords;
    type Response = DeleteRecordsResponse;
}
