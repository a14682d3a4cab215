// Written by generate.py from Kafka's message descriptions; do not edit.
//! `describe_groups`: [`DescribeGroupsRequest`] and [`DescribeGroupsResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use bytes::Bytes;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeGroupsRequest {
    pub groups: Vec<Str>,
    pub include_authorized_operations: bool,
}

impl DescribeGroupsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 6;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeGroupsRequest", version });
        }
        let groups = buf.array(version >= 5, 1, |buf| buf.string(version >= 5))?;
        let include_authorized_operations = if version >= 3 { buf.bool()? } else { false };
        if version >= 5 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { groups, include_authorized_operations })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeGroupsRequest", version });
        }
        out.array(&self.groups, version >= 5, |out, value| out.string(value, version >= 5))?;
        if version >= 3 {
            out.bool(self.include_authorized_operations);
        } else {
            absent(
                "DescribeGroupsRequest.include_authorized_operations",
                version,
                !self.include_authorized_operations,
            )?;
        }
        if version >= 5 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DescribeGroupsRequest {
    const NAME: &'static str = "DescribeGroupsRequest";
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
pub struct DescribeGroupsResponse {
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribedGroup>,
}

impl DescribeGroupsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 6;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeGroupsResponse", version });
        }
        let throttle_time_ms = if version >= 1 { buf.i32()? } else { 0 };
        let groups = buf.array(version >= 5, 12, |buf| DescribedGroup::decode(buf, version))?;
        if version >= 5 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, groups })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeGroupsResponse", version });
        }
        if version >= 1 {
            out.i32(self.throttle_time_ms);
        }
        out.array(&self.groups, version >= 5, |out, value| value.encode(out, version))?;
        if version >= 5 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct DescribedGroup {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub group_id: Str,
    pub group_state: Str,
    pub protocol_type: Str,
    pub protocol_data: Str,
    pub members: Vec<DescribedGroupMember>,
    pub authorized_operations: i32,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: Str::default(),
            group_state: Str::default(),
            protocol_type: Str::default(),
            protocol_data: Str::default(),
            members: Vec::new(),
            authorized_operations: i32::MIN,
        }
    }
}

impl DescribedGroup {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let error_message = if version == 6 { buf.nullable_string(true)? } else { None };
        let group_id = buf.string(version >= 5)?;
        let group_state = buf.string(version >= 5)?;
        let protocol_type = buf.string(version >= 5)?;
        let protocol_data = buf.string(version >= 5)?;
        let members =
            buf.array(version >= 5, 7, |buf| DescribedGroupMember::decode(buf, version))?;
        let authorized_operations = if version >= 3 { buf.i32()? } else { i32::MIN };
        if version >= 5 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            error_code,
            error_message,
            group_id,
            group_state,
            protocol_type,
            protocol_data,
            members,
            authorized_operations,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        if version == 6 {
            out.nullable_string(self.error_message.as_deref(), true)?;
        } else {
            absent("DescribedGroup.error_message", version, self.error_message.is_none())?;
        }
        out.string(&self.group_id, version >= 5)?;
        out.string(&self.group_state, version >= 5)?;
        out.string(&self.protocol_type, version >= 5)?;
        out.string(&self.protocol_data, version >= 5)?;
        out.array(&self.members, version >= 5, |out, value| value.encode(out, version))?;
        if version >= 3 {
            out.i32(self.authorized_operations);
        } else {
            absent(
                "DescribedGroup.authorized_operations",
                version,
                self.authorized_operations == i32::MIN,
            )?;
        }
        if version >= 5 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedGroupMember {
    pub member_id: Str,
    pub group_instance_id: Option<Str>,
    pub client_id: Str,
    pub client_host: Str,
    pub member_metadata: Bytes,
    pub member_assignment: Bytes,
}

impl DescribedGroupMember {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let member_id = buf.string(version >= 5)?;
        let group_instance_id =
            if version >= 4 { buf.nullable_string(version >= 5)? } else { None };
        let client_id = buf.string(version >= 5)?;
        let client_host = buf.string(version >= 5)?;
        let member_metadata = buf.bytes(version >= 5)?;
        let member_assignment = buf.bytes(version >= 5)?;
        if version >= 5 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            member_id,
            group_instance_id,
            client_id,
            client_host,
            member_metadata,
            member_assignment,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.member_id, version >= 5)?;
        if version >= 4 {
            out.nullable_string(self.group_instance_id.as_deref(), version >= 5)?;
        }
        out.string(&self.client_id, version >= 5)?;
        out.string(&self.client_host, version >= 5)?;
        out.bytes(&self.member_metadata, version >= 5)?;
        out.bytes(&self.member_assignment, version >= 5)?;
        if version >= 5 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DescribeGroupsResponse {
    const NAME: &'static str = "DescribeGroupsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DescribeGroupsRequest {
    const KEY: ApiKey = ApiKey::DescribeGroups;
    type Response = DescribeGroupsResponse;
}
