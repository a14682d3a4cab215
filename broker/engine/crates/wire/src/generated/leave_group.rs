// Written by generate.py from Kafka's message descriptions; do not edit.
//! `leave_group`: [`LeaveGroupRequest`] and [`LeaveGroupResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeaveGroupRequest {
    pub group_id: Str,
    pub member_id: Str,
    pub members: Vec<MemberIdentity>,
}

impl LeaveGroupRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "LeaveGroupRequest", version });
        }
        let group_id = buf.string(version >= 4)?;
        let member_id = if version <= 2 { buf.string(false)? } else { Str::default() };
        let members = if version >= 3 {
            buf.array(version >= 4, 3, |buf| MemberIdentity::decode(buf, version))?
        } else {
            Vec::new()
        };
        if version >= 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { group_id, member_id, members })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "LeaveGroupRequest", version });
        }
        out.string(&self.group_id, version >= 4)?;
        if version <= 2 {
            out.string(&self.member_id, false)?;
        } else {
            absent("LeaveGroupRequest.member_id", version, self.member_id.is_empty())?;
        }
        if version >= 3 {
            out.array(&self.members, version >= 4, |out, value| value.encode(out, version))?;
        } else {
            absent("LeaveGroupRequest.members", version, self.members.is_empty())?;
        }
        if version >= 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemberIdentity {
    pub member_id: Str,
    pub group_instance_id: Option<Str>,
    pub reason: Option<Str>,
}

impl MemberIdentity {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let member_id = buf.string(version >= 4)?;
        let group_instance_id = buf.nullable_string(version >= 4)?;
        let reason = if version == 5 { buf.nullable_string(true)? } else { None };
        if version >= 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { member_id, group_instance_id, reason })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.member_id, version >= 4)?;
        out.nullable_string(self.group_instance_id.as_deref(), version >= 4)?;
        if version == 5 {
            out.nullable_string(self.reason.as_deref(), true)?;
        }
        if version >= 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for LeaveGroupRequest {
    const NAME: &'static str = "LeaveGroupRequest";
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
pub struct LeaveGroupResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub members: Vec<MemberResponse>,
}

impl LeaveGroupResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "LeaveGroupResponse", version });
        }
        let throttle_time_ms = if version >= 1 { buf.i32()? } else { 0 };
        let error_code = buf.i16()?;
        let members = if version >= 3 {
            buf.array(version >= 4, 5, |buf| MemberResponse::decode(buf, version))?
        } else {
            Vec::new()
        };
        if version >= 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, error_code, members })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "LeaveGroupResponse", version });
        }
        if version >= 1 {
            out.i32(self.throttle_time_ms);
        }
        out.i16(self.error_code);
        if version >= 3 {
            out.array(&self.members, version >= 4, |out, value| value.encode(out, version))?;
        } else {
            absent("LeaveGroupResponse.members", version, self.members.is_empty())?;
        }
        if version >= 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemberResponse {
    pub member_id: Str,
    pub group_instance_id: Option<Str>,
    pub error_code: i16,
}

impl MemberResponse {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let member_id = buf.string(version >= 4)?;
        let group_instance_id = buf.nullable_string(version >= 4)?;
        let error_code = buf.i16()?;
        if version >= 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { member_id, group_instance_id, error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.member_id, version >= 4)?;
        out.nullable_string(self.group_instance_id.as_deref(), version >= 4)?;
        out.i16(self.error_code);
        if version >= 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for LeaveGroupResponse {
    const NAME: &'static str = "LeaveGroupResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for LeaveGroupRequest {
    const KEY: ApiKey = ApiKey::LeaveGroup;
    type Response = LeaveGroupResponse;
}
