// Written by generate.py from Kafka's message descriptions; do not edit.
//! `delete_acls`: [`DeleteAclsRequest`] and [`DeleteAclsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteAclsRequest {
    pub filters: Vec<DeleteAclsFilter>,
}

impl DeleteAclsRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DeleteAclsRequest", version });
        }
        let filters = buf.array(version >= 2, 8, |buf| DeleteAclsFilter::decode(buf, version))?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { filters })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DeleteAclsRequest", version });
        }
        out.array(&self.filters, version >= 2, |out, value| value.encode(out, version))?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteAclsFilter {
    pub resource_type_filter: i8,
    pub resource_name_filter: Option<Str>,
    pub pattern_type_filter: i8,
    pub principal_filter: Option<Str>,
    pub host_filter: Option<Str>,
    pub operation: i8,
    pub permission_type: i8,
}

impl Default for DeleteAclsFilter {
    fn default() -> Self {
        Self {
            resource_type_filter: 0,
            resource_name_filter: None,
            pattern_type_filter: 3,
            principal_filter: None,
            host_filter: None,
            operation: 0,
            permission_type: 0,
        }
    }
}

impl DeleteAclsFilter {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let resource_type_filter = buf.i8()?;
        let resource_name_filter = buf.nullable_string(version >= 2)?;
        let pattern_type_filter = buf.i8()?;
        let principal_filter = buf.nullable_string(version >= 2)?;
        let host_filter = buf.nullable_string(version >= 2)?;
        let operation = buf.i8()?;
        let permission_type = buf.i8()?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            resource_type_filter,
            resource_name_filter,
            pattern_type_filter,
            principal_filter,
            host_filter,
            operation,
            permission_type,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i8(self.resource_type_filter);
        out.nullable_string(self.resource_name_filter.as_deref(), version >= 2)?;
        out.i8(self.pattern_type_filter);
        out.nullable_string(self.principal_filter.as_deref(), version >= 2)?;
        out.nullable_string(self.host_filter.as_deref(), version >= 2)?;
        out.i8(self.operation);
        out.i8(self.permission_type);
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DeleteAclsRequest {
    const NAME: &'static str = "DeleteAclsRequest";
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
pub struct DeleteAclsResponse {
    pub throttle_time_ms: i32,
    pub filter_results: Vec<DeleteAclsFilterResult>,
}

impl DeleteAclsResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DeleteAclsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let filter_results =
            buf.array(version >= 2, 5, |buf| DeleteAclsFilterResult::decode(buf, version))?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, filter_results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DeleteAclsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.filter_results, version >= 2, |out, value| value.encode(out, version))?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeleteAclsFilterResult {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub matching_acls: Vec<DeleteAclsMatchingAcl>,
}

impl DeleteAclsFilterResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version >= 2)?;
        let matching_acls =
            buf.array(version >= 2, 11, |buf| DeleteAclsMatchingAcl::decode(buf, version))?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { error_code, error_message, matching_acls })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version >= 2)?;
        out.array(&self.matching_acls, version >= 2, |out, value| value.encode(out, version))?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteAclsMatchingAcl {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub resource_type: i8,
    pub resource_name: Str,
    pub pattern_type: i8,
    pub principal: Str,
    pub host: Str,
    pub operation: i8,
    pub permission_type: i8,
}

impl Default for DeleteAclsMatchingAcl {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            resource_type: 0,
            resource_name: Str::default(),
            pattern_type: 3,
            principal: Str::default(),
            host: Str::default(),
            operation: 0,
            permission_type: 0,
        }
    }
}

impl DeleteAclsMatchingAcl {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version >= 2)?;
        let resource_type = buf.i8()?;
        let resource_name = buf.string(version >= 2)?;
        let pattern_type = buf.i8()?;
        let principal = buf.string(version >= 2)?;
        let host = buf.string(version >= 2)?;
        let operation = buf.i8()?;
        let permission_type = buf.i8()?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            error_code,
            error_message,
            resource_type,
            resource_name,
            pattern_type,
            principal,
            host,
            operation,
            permission_type,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version >= 2)?;
        out.i8(self.resource_type);
        out.string(&self.resource_name, version >= 2)?;
        out.i8(self.pattern_type);
        out.string(&self.principal, version >= 2)?;
        out.string(&self.host, version >= 2)?;
        out.i8(self.operation);
        out.i8(self.permission_type);
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DeleteAclsResponse {
    const NAME: &'static str = "DeleteAclsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DeleteAclsRequest {
    const KEY: ApiKey = ApiKey::DeleteAcls;
    type Response = DeleteAclsResponse;
}
