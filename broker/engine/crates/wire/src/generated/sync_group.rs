// Written by generate.py from Kafka's message descriptions; do not edit.
//! `sync_group`: [`SyncGroupRequest`] and [`SyncGroupResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use bytes::Bytes;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupRequest {
    pub group_id: Str,
    pub generation_id: i32,
    pub member_id: Str,
    pub group_instance_id: Option<Str>,
    pub protocol_type: Option<Str>,
    pub protocol_name: Option<Str>,
    pub assignments: Vec<SyncGroupRequestAssignment>,
}

impl SyncGroupRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "SyncGroupRequest", version });
        }
        let group_id = buf.string(version >= 4)?;
        let generation_id = buf.i32()?;
        let member_id = buf.string(version >= 4)?;
        let group_instance_id =
            if version >= 3 { buf.nullable_string(version >= 4)? } else { None };
        let protocol_type = if version == 5 { buf.nullable_string(true)? } else { None };
        let protocol_name = if version == 5 { buf.nullable_string(true)? } else { None };
        let assignments =
            buf.array(version >= 4, 3, |buf| SyncGroupRequestAssignment::decode(buf, version))?;
        if version >= 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            group_id,
            generation_id,
            member_id,
            group_instance_id,
            protocol_type,
            protocol_name,
            assignments,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "SyncGroupRequest", version });
        }
        out.string(&self.group_id, version >= 4)?;
        out.i32(self.generation_id);
        out.string(&self.member_id, version >= 4)?;
        if version >= 3 {
            out.nullable_string(self.group_instance_id.as_deref(), version >= 4)?;
        } else {
            absent(
                "SyncGroupRequest.group_instance_id",
                version,
                self.group_instance_id.is_none(),
            )?;
        }
        if version == 5 {
            out.nullable_string(self.protocol_type.as_deref(), true)?;
        }
        if version == 5 {
            out.nullable_string(self.protocol_name.as_deref(), true)?;
        }
        out.array(&self.assignments, version >= 4, |out, value| value.encode(out, version))?;
        if version >= 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncGroupRequestAssignment {
    pub member_id: Str,
    pub assignment: Bytes,
}

impl SyncGroupRequestAssignment {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let member_id = buf.string(version >= 4)?;
        let assignment = buf.bytes(version >= 4)?;
        if version >= 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { member_id, assignment })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.member_id, version >= 4)?;
        out.bytes(&self.assignment, version >= 4)?;
        if version >= 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for SyncGroupRequest {
    const NAME: &'static str = "SyncGroupRequest";
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
pub struct SyncGroupResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub protocol_type: Option<Str>,
    pub protocol_name: Option<Str>,
    pub assignment: Bytes,
}

impl SyncGroupResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "SyncGroupResponse", version });
        }
        let throttle_time_ms = if version >= 1 { buf.i32()? } else { 0 };
        let error_code = buf.i16()?;
        let protocol_type = if version == 5 { buf.nullable_string(true)? } else { None };
        let protocol_name = if version == 5 { buf.nullable_string(true)? } else { None };
        let assignment = buf.bytes(version >= 4)?;
        if version >= 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, error_code, protocol_type, protocol_name, assignment })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "SyncGroupResponse", version });
        }
        if version >= 1 {
            out.i32(self.throttle_time_ms);
        }
        out.i16(self.error_code);
        if version == 5 {
            out.nullable_string(self.protocol_type.as_deref(), true)?;
        }
        if version == 5 {
            out.nullable_string(self.protocol_name.as_deref(), true)?;
        }
        out.bytes(&self.assignment, version >= 4)?;
        if version >= 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for SyncGroupResponse {
    const NAME: &'static str = "SyncGroupResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for SyncGroupRequest {
    const KEY: ApiKey = ApiKey::SyncGroup;
    type Response = SyncGroupResponse;
}
