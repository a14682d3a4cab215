// Written by generate.py from Kafka's message descriptions; do not edit.
//! `elect_leaders`: [`ElectLeadersRequest`] and [`ElectLeadersResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, PartialEq)]
pub struct ElectLeadersRequest {
    pub election_type: i8,
    pub topic_partitions: Option<Vec<TopicPartitions>>,
    pub timeout_ms: i32,
}

impl Default for ElectLeadersRequest {
    fn default() -> Self {
        Self { election_type: 0, topic_partitions: None, timeout_ms: 60000 }
    }
}

impl ElectLeadersRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ElectLeadersRequest", version });
        }
        let election_type = if version >= 1 { buf.i8()? } else { 0 };
        let topic_partitions =
            buf.nullable_array(version == 2, 3, |buf| TopicPartitions::decode(buf, version))?;
        let timeout_ms = buf.i32()?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { election_type, topic_partitions, timeout_ms })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ElectLeadersRequest", version });
        }
        if version >= 1 {
            out.i8(self.election_type);
        } else {
            absent("ElectLeadersRequest.election_type", version, self.election_type == 0)?;
        }
        out.nullable_array(self.topic_partitions.as_deref(), version == 2, |out, value| {
            value.encode(out, version)
        })?;
        out.i32(self.timeout_ms);
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitions {
    pub topic: Str,
    pub partitions: Vec<i32>,
}

impl TopicPartitions {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic = buf.string(version == 2)?;
        let partitions = buf.array(version == 2, 4, |buf| buf.i32())?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topic, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic, version == 2)?;
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
impl Message for ElectLeadersRequest {
    const NAME: &'static str = "ElectLeadersRequest";
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
pub struct ElectLeadersResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub replica_election_results: Vec<ReplicaElectionResult>,
}

impl ElectLeadersResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ElectLeadersResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = if version >= 1 { buf.i16()? } else { 0 };
        let replica_election_results =
            buf.array(version == 2, 3, |buf| ReplicaElectionResult::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, error_code, replica_election_results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ElectLeadersResponse", version });
        }
        out.i32(self.throttle_time_ms);
        if version >= 1 {
            out.i16(self.error_code);
        } else {
            absent("ElectLeadersResponse.error_code", version, self.error_code == 0)?;
        }
        out.array(&self.replica_election_results, version == 2, |out, value| {
            value.encode(out, version)
        })?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplicaElectionResult {
    pub topic: Str,
    pub partition_result: Vec<PartitionResult>,
}

impl ReplicaElectionResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic = buf.string(version == 2)?;
        let partition_result =
            buf.array(version == 2, 8, |buf| PartitionResult::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { topic, partition_result })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic, version == 2)?;
        out.array(&self.partition_result, version == 2, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionResult {
    pub partition_id: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl PartitionResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_id = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version == 2)?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_id, error_code, error_message })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_id);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version == 2)?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for ElectLeadersResponse {
    const NAME: &'static str = "ElectLeadersResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ElectLeadersRequest {
    const KEY: ApiKey = ApiKey::ElectLeaders;
    type Response = ElectLeadersResponse;
}
