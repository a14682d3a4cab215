// Written by generate.py from Kafka's message descriptions; do not edit.
//! `alter_replica_log_dirs`: [`AlterReplicaLogDirsRequest`] and [`AlterReplicaLogDirsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirsRequest {
    pub dirs: Vec<AlterReplicaLogDir>,
}

impl AlterReplicaLogDirsRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AlterReplicaLogDirsRequest", version });
        }
        let dirs = buf.array(version == 2, 3, |buf| AlterReplicaLogDir::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { dirs })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AlterReplicaLogDirsRequest", version });
        }
        out.array(&self.dirs, version == 2, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDir {
    pub path: Str,
    pub topics: Vec<AlterReplicaLogDirTopic>,
}

impl AlterReplicaLogDir {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let path = buf.string(version == 2)?;
        let topics =
            buf.array(version == 2, 3, |buf| AlterReplicaLogDirTopic::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { path, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.path, version == 2)?;
        out.array(&self.topics, version == 2, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirTopic {
    pub name: Str,
    pub partitions: Vec<i32>,
}

impl AlterReplicaLogDirTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version == 2)?;
        let partitions = buf.array(version == 2, 4, |buf| buf.i32())?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version == 2)?;
        out.array(&self.partitions, version == 2, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for AlterReplicaLogDirsRequest {
    const NAME: &'static str = "AlterReplicaLogDirsRequest";
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
pub struct AlterReplicaLogDirsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<AlterReplicaLogDirTopicResult>,
}

impl AlterReplicaLogDirsResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AlterReplicaLogDirsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let results =
            buf.array(version == 2, 3, |buf| AlterReplicaLogDirTopicResult::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AlterReplicaLogDirsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.results, version == 2, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirTopicResult {
    pub topic_name: Str,
    pub partitions: Vec<AlterReplicaLogDirPartitionResult>,
}

impl AlterReplicaLogDirTopicResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_name = buf.string(version == 2)?;
        let partitions = buf.array(version == 2, 6, |buf| {
            AlterReplicaLogDirPartitionResult::decode(buf, version)
        })?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topic_name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic_name, version == 2)?;
        out.array(&self.partitions, version == 2, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterReplicaLogDirPartitionResult {
    pub partition_index: i32,
    pub error_code: i16,
}

impl AlterReplicaLogDirPartitionResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let error_code = buf.i16()?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.error_code);
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for AlterReplicaLogDirsResponse {
    const NAME: &'static str = "AlterReplicaLogDirsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for AlterReplicaLogDirsRequest {
    const KEY: ApiKey = ApiKey::AlterReplicaLogDirs;
    type Response = AlterReplicaLogDirsResponse;
}
