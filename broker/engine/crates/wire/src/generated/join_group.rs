// Written by generate.py from Kafka's message descriptions; do not edit.
//! `join_group`: [`JoinGroupRequest`] and [`JoinGroupResponse`].
#![allow(missing_docs)]

use crate::message::{absent, required, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use bytes::Bytes;

#[derive(Clone, Debug, PartialEq)]
pub struct JoinGroupRequest {
    pub group_id: Str,
    pub session_timeout_ms: i32,
    pub rebalance_timeout_ms: i32,
    pub member_id: Str,
    pub group_instance_id: Option<Str>,
    pub protocol_type: Str,
    pub protocols: Vec<JoinGroupRequestProtocol>,
    pub reason: Option<Str>,
}

impl Default for JoinGroupRequest {
    fn default() -> Self {
        Self {
            group_id: Str::default(),
            session_timeout_ms: 0,
            rebalance_timeout_ms: -1,
            member_id: Str::default(),
            group_instance_id: None,
            protocol_type: Str::default(),
            protocols: Vec::new(),
            reason: None,
        }
    }
}

impl JoinGroupRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 9;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "JoinGroupRequest", version });
        }
        let group_id = buf.string(version >= 6)?;
        let session_timeout_ms = buf.i32()?;
        let rebalance_timeout_ms = if version >= 1 { buf.i32()? } else { -1 };
        let member_id = buf.string(version >= 6)?;
        let group_instance_id =
            if version >= 5 { buf.nullable_string(version >= 6)? } else { None };
        let protocol_type = buf.string(version >= 6)?;
        let protocols =
            buf.array(version >= 6, 3, |buf| JoinGroupRequestProtocol::decode(buf, version))?;
        let reason = if version >= 8 { buf.nullable_string(true)? } else { None };
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            group_id,
            session_timeout_ms,
            rebalance_timeout_ms,
            member_id,
            group_instance_id,
            protocol_type,
            protocols,
            reason,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "JoinGroupRequest", version });
        }
        out.string(&self.group_id, version >= 6)?;
        out.i32(self.session_timeout_ms);
        if version >= 1 {
            out.i32(self.rebalance_timeout_ms);
        }
        out.string(&self.member_id, version >= 6)?;
        if version >= 5 {
            out.nullable_string(self.group_instance_id.as_deref(), version >= 6)?;
        } else {
            absent(
                "JoinGroupRequest.group_instance_id",
                version,
                self.group_instance_id.is_none(),
            )?;
        }
        out.string(&self.protocol_type, version >= 6)?;
        out.array(&self.protocols, version >= 6, |out, value| value.encode(out, version))?;
        if version >= 8 {
            out.nullable_string(self.reason.as_deref(), true)?;
        }
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinGroupRequestProtocol {
    pub name: Str,
    pub metadata: Bytes,
}

impl JoinGroupRequestProtocol {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 6)?;
        let metadata = buf.bytes(version >= 6)?;
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, metadata })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 6)?;
        out.bytes(&self.metadata, version >= 6)?;
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for JoinGroupRequest {
    const NAME: &'static str = "JoinGroupRequest";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct JoinGroupResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub generation_id: i32,
    pub protocol_type: Option<Str>,
    pub protocol_name: Option<Str>,
    pub leader: Str,
    pub skip_assignment: bool,
    pub member_id: Str,
    pub members: Vec<JoinGroupResponseMember>,
}

impl Default for JoinGroupResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            generation_id: -1,
            protocol_type: None,
            protocol_name: Some(Str::default()),
            leader: Str::default(),
            skip_assignment: false,
            member_id: Str::default(),
            members: Vec::new(),
        }
    }
}

impl JoinGroupResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 9;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "JoinGroupResponse", version });
        }
        let throttle_time_ms = if version >= 2 { buf.i32()? } else { 0 };
        let error_code = buf.i16()?;
        let generation_id = buf.i32()?;
        let protocol_type = if version >= 7 { buf.nullable_string(true)? } else { None };
        let protocol_name = if version >= 7 {
            buf.nullable_string(version >= 6)?
        } else {
            Some(buf.string(version >= 6)?)
        };
        let leader = buf.string(version >= 6)?;
        let skip_assignment = if version == 9 { buf.bool()? } else { false };
        let member_id = buf.string(version >= 6)?;
        let members =
            buf.array(version >= 6, 4, |buf| JoinGroupResponseMember::decode(buf, version))?;
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            throttle_time_ms,
            error_code,
            generation_id,
            protocol_type,
            protocol_name,
            leader,
            skip_assignment,
            member_id,
            members,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "JoinGroupResponse", version });
        }
        if version >= 2 {
            out.i32(self.throttle_time_ms);
        }
        out.i16(self.error_code);
        out.i32(self.generation_id);
        if version >= 7 {
            out.nullable_string(self.protocol_type.as_deref(), true)?;
        }
        if version >= 7 {
            out.nullable_string(self.protocol_name.as_deref(), version >= 6)?;
        } else {
            out.string(
                required("JoinGroupResponse.protocol_name", version, self.protocol_name.as_ref())?,
                version >= 6,
            )?;
        }
        out.string(&self.leader, version >= 6)?;
        if version == 9 {
            out.bool(self.skip_assignment);
        } else {
            absent("JoinGroupResponse.skip_assignment", version, !self.skip_assignment)?;
        }
        out.string(&self.member_id, version >= 6)?;
        out.array(&self.members, version >= 6, |out, value| value.encode(out, version))?;
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JoinGroupResponseMember {
    pub member_id: Str,
    pub group_instance_id: Option<Str>,
    pub metadata: Bytes,
}

impl JoinGroupResponseMember {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let member_id = buf.string(version >= 6)?;
        let group_instance_id =
            if version >= 5 { buf.nullable_string(version >= 6)? } else { None };
        let metadata = buf.bytes(version >= 6)?;
        if version >= 6 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { member_id, group_instance_id, metadata })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.member_id, version >= 6)?;
        if version >= 5 {
            out.nullable_string(self.group_instance_id.as_deref(), version >= 6)?;
        }
        out.bytes(&self.metadata, version >= 6)?;
        if version >= 6 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for JoinGroupResponse {
    const NAME: &'static str = "JoinGroupResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for JoinGroupRequest {
    const KEY: ApiKey = ApiKey::JoinGroup;
    type Response = JoinGroupResponse;
}
