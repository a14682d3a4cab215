// Written by generate.py from Kafka's message descriptions; do not edit.
//! `describe_log_dirs`: [`DescribeLogDirsRequest`] and [`DescribeLogDirsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsRequest {
    pub topics: Option<Vec<DescribableLogDirTopic>>,
}

impl DescribeLogDirsRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeLogDirsRequest", version });
        }
        let topics = buf
            .nullable_array(version >= 2, 3, |buf| DescribableLogDirTopic::decode(buf, version))?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeLogDirsRequest", version });
        }
        out.nullable_array(self.topics.as_deref(), version >= 2, |out, value| {
            value.encode(out, version)
        })?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribableLogDirTopic {
    pub topic: Str,
    pub partitions: Vec<i32>,
}

impl DescribableLogDirTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic = buf.string(version >= 2)?;
        let partitions = buf.array(version >= 2, 4, |buf| buf.i32())?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topic, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic, version >= 2)?;
        out.array(&self.partitions, version >= 2, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DescribeLogDirsRequest {
    const NAME: &'static str = "DescribeLogDirsRequest";
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
pub struct DescribeLogDirsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub results: Vec<DescribeLogDirsResult>,
}

impl DescribeLogDirsResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeLogDirsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = if version >= 3 { buf.i16()? } else { 0 };
        let results =
            buf.array(version >= 2, 5, |buf| DescribeLogDirsResult::decode(buf, version))?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, error_code, results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeLogDirsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        if version >= 3 {
            out.i16(self.error_code);
        }
        out.array(&self.results, version >= 2, |out, value| value.encode(out, version))?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeLogDirsResult {
    pub error_code: i16,
    pub log_dir: Str,
    pub topics: Vec<DescribeLogDirsTopic>,
    pub total_bytes: i64,
    pub usable_bytes: i64,
    pub is_cordoned: bool,
}

impl Default for DescribeLogDirsResult {
    fn default() -> Self {
        Self {
            error_code: 0,
            log_dir: Str::default(),
            topics: Vec::new(),
            total_bytes: -1,
            usable_bytes: -1,
            is_cordoned: false,
        }
    }
}

impl DescribeLogDirsResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let log_dir = buf.string(version >= 2)?;
        let topics =
            buf.array(version >= 2, 3, |buf| DescribeLogDirsTopic::decode(buf, version))?;
        let total_bytes = if version >= 4 { buf.i64()? } else { -1 };
        let usable_bytes = if version >= 4 { buf.i64()? } else { -1 };
        let is_cordoned = if version == 5 { buf.bool()? } else { false };
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { error_code, log_dir, topics, total_bytes, usable_bytes, is_cordoned })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.string(&self.log_dir, version >= 2)?;
        out.array(&self.topics, version >= 2, |out, value| value.encode(out, version))?;
        if version >= 4 {
            out.i64(self.total_bytes);
        }
        if version >= 4 {
            out.i64(self.usable_bytes);
        }
        if version == 5 {
            out.bool(self.is_cordoned);
        }
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsTopic {
    pub name: Str,
    pub partitions: Vec<DescribeLogDirsPartition>,
}

impl DescribeLogDirsTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 2)?;
        let partitions =
            buf.array(version >= 2, 21, |buf| DescribeLogDirsPartition::decode(buf, version))?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 2)?;
        out.array(&self.partitions, version >= 2, |out, value| value.encode(out, version))?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeLogDirsPartition {
    pub partition_index: i32,
    pub partition_size: i64,
    pub offset_lag: i64,
    pub is_future_key: bool,
}

impl DescribeLogDirsPartition {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let partition_size = buf.i64()?;
        let offset_lag = buf.i64()?;
        let is_future_key = buf.bool()?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, partition_size, offset_lag, is_future_key })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i64(self.partition_size);
        out.i64(self.offset_lag);
        out.bool(self.is_future_key);
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DescribeLogDirsResponse {
    const NAME: &'static str = "DescribeLogDirsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DescribeLogDirsRequest {
    const KEY: ApiKey = ApiKey::DescribeLogDirs;
    type Response = DescribeLogDirsResponse;
}
