// Written by generate.py from Kafka's message descriptions; do not edit.
//! `delete_groups`: [`DeleteGroupsRequest`] and [`DeleteGroupsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteGroupsRequest {
    pub groups_names: Vec<Str>,
}

impl DeleteGroupsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DeleteGroupsRequest", version });
        }
        let groups_names = buf.array(version == 2, 1, |buf| buf.string(version == 2))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { groups_names })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DeleteGroupsRequest", version });
        }
        out.array(&self.groups_names, version == 2, |out, value| out.string(value, version == 2))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DeleteGroupsRequest {
    const NAME: &'static str = "DeleteGroupsRequest";
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
pub struct DeleteGroupsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<DeletableGroupResult>,
}

impl DeleteGroupsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DeleteGroupsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let results =
            buf.array(version == 2, 4, |buf| DeletableGroupResult::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DeleteGroupsResponse", version });
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
pub struct DeletableGroupResult {
    pub group_id: Str,
    pub error_code: i16,
}

impl DeletableGroupResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let group_id = buf.string(version == 2)?;
        let error_code = buf.i16()?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { group_id, error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.group_id, version == 2)?;
        out.i16(self.error_code);
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DeleteGroupsResponse {
    const NAME: &'static str = "DeleteGroupsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DeleteGroupsRequest {
    const KEY: ApiKey = ApiKey::DeleteGroups;
    type Response = DeleteGroupsResponse;
}
