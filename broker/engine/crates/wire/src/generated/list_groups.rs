// Written by generate.py from Kafka's message descriptions; do not edit.
//! `list_groups`: [`ListGroupsRequest`] and [`ListGroupsResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListGroupsRequest {
    pub states_filter: Vec<Str>,
    pub types_filter: Vec<Str>,
}

impl ListGroupsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ListGroupsRequest", version });
        }
        let states_filter =
            if version >= 4 { buf.array(true, 1, |buf| buf.string(true))? } else { Vec::new() };
        let types_filter =
            if version == 5 { buf.array(true, 1, |buf| buf.string(true))? } else { Vec::new() };
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { states_filter, types_filter })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ListGroupsRequest", version });
        }
        if version >= 4 {
            out.array(&self.states_filter, true, |out, value| out.string(value, true))?;
        } else {
            absent("ListGroupsRequest.states_filter", version, self.states_filter.is_empty())?;
        }
        if version == 5 {
            out.array(&self.types_filter, true, |out, value| out.string(value, true))?;
        } else {
            absent("ListGroupsRequest.types_filter", version, self.types_filter.is_empty())?;
        }
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for ListGroupsRequest {
    const NAME: &'static str = "ListGroupsRequest";
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
pub struct ListGroupsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub groups: Vec<ListedGroup>,
}

impl ListGroupsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ListGroupsResponse", version });
        }
        let throttle_time_ms = if version >= 1 { buf.i32()? } else { 0 };
        let error_code = buf.i16()?;
        let groups = buf.array(version >= 3, 3, |buf| ListedGroup::decode(buf, version))?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, error_code, groups })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ListGroupsResponse", version });
        }
        if version >= 1 {
            out.i32(self.throttle_time_ms);
        }
        out.i16(self.error_code);
        out.array(&self.groups, version >= 3, |out, value| value.encode(out, version))?;
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListedGroup {
    pub group_id: Str,
    pub protocol_type: Str,
    pub group_state: Str,
    pub group_type: Str,
}

impl ListedGroup {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let group_id = buf.string(version >= 3)?;
        let protocol_type = buf.string(version >= 3)?;
        let group_state = if version >= 4 { buf.string(true)? } else { Str::default() };
        let group_type = if version == 5 { buf.string(true)? } else { Str::default() };
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { group_id, protocol_type, group_state, group_type })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.group_id, version >= 3)?;
        out.string(&self.protocol_type, version >= 3)?;
        if version >= 4 {
            out.string(&self.group_state, true)?;
        }
        if version == 5 {
            out.string(&self.group_type, true)?;
        }
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for ListGroupsResponse {
    const NAME: &'static str = "ListGroupsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ListGroupsRequest {
    const KEY: ApiKey = ApiKey::ListGroups;
    type Response = ListGroupsResponse;
}
