// Written by generate.py from Kafka's message descriptions; do not edit.
//! `delete_share_group_state`: [`DeleteShareGroupStateRequest`] and [`DeleteShareGroupStateResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteShareGroupStateRequest {
    pub group_id: Str,
    pub topics: Vec<DeleteStateData>,
}

impl DeleteShareGroupStateRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DeleteShareGroupStateRequest", version });
        }
        let group_id = buf.string(true)?;
        let topics = buf.array(true, 18, |buf| DeleteStateData::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { group_id, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DeleteShareGroupStateRequest", version });
        }
        out.string(&self.group_id, true)?;
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteStateData {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionData>,
}

impl DeleteStateData {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_id = buf.uuid()?;
        let partitions = buf.array(true, 5, |buf| PartitionData::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.uuid(self.topic_id);
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionData {
    pub partition: i32,
}

impl PartitionData {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition = buf.i32()?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DeleteShareGroupStateRequest {
    const NAME: &'static str = "DeleteShareGroupStateRequest";
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
pub struct DeleteShareGroupStateResponse {
    pub results: Vec<DeleteStateResult>,
}

impl DeleteShareGroupStateResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DeleteShareGroupStateResponse", version });
        }
        let results = buf.array(true, 18, |buf| DeleteStateResult::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DeleteShareGroupStateResponse", version });
        }
        out.array(&self.results, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteStateResult {
    pub topic_id: Uuid,
    pub partitions: Vec<PartitionResult>,
}

impl DeleteStateResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_id = buf.uuid()?;
        let partitions = buf.array(true, 8, |buf| PartitionResult::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_id, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.uuid(self.topic_id);
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartitionResult {
    pub partition: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl PartitionResult {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition, error_code, error_message })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DeleteShareGroupStateResponse {
    const NAME: &'static str = "DeleteShareGroupStateResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DeleteShareGroupStateRequest {
    const KEY: ApiKey = ApiKey::DeleteShareGroupState;
    type Response = DeleteShareGroupStateResponse;
}
