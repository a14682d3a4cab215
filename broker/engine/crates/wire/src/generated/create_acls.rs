// Written by generate.py from Kafka's message descriptions; do not edit.
//! `create_acls`: [`CreateAclsRequest`] and [`CreateAclsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateAclsRequest {
    pub creations: Vec<AclCreation>,
}

impl CreateAclsRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "CreateAclsRequest", version });
        }
        let creations = buf.array(version >= 2, 8, |buf| AclCreation::decode(buf, version))?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { creations })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "CreateAclsRequest", version });
        }
        out.array(&self.creations, version >= 2, |out, value| value.encode(out, version))?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct AclCreation {
    pub resource_type: i8,
    pub resource_name: Str,
    pub resource_pattern_type: i8,
    pub principal: Str,
    pub host: Str,
    pub operation: i8,
    pub permission_type: i8,
}

impl Default for AclCreation {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: Str::default(),
            resource_pattern_type: 3,
            principal: Str::default(),
            host: Str::default(),
            operation: 0,
            permission_type: 0,
        }
    }
}

impl AclCreation {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let resource_type = buf.i8()?;
        let resource_name = buf.string(version >= 2)?;
        let resource_pattern_type = buf.i8()?;
        let principal = buf.string(version >= 2)?;
        let host = buf.string(version >= 2)?;
        let operation = buf.i8()?;
        let permission_type = buf.i8()?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            resource_type,
            resource_name,
            resource_pattern_type,
            principal,
            host,
            operation,
            permission_type,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i8(self.resource_type);
        out.string(&self.resource_name, version >= 2)?;
        out.i8(self.resource_pattern_type);
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
impl Message for CreateAclsRequest {
    const NAME: &'static str = "CreateAclsRequest";
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
pub struct CreateAclsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<AclCreationResult>,
}

impl CreateAclsResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "CreateAclsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let results = buf.array(version >= 2, 4, |buf| AclCreationResult::decode(buf, version))?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "CreateAclsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.results, version >= 2, |out, value| value.encode(out, version))?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AclCreationResult {
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl AclCreationResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version >= 2)?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { error_code, error_message })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version >= 2)?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for CreateAclsResponse {
    const NAME: &'static str = "CreateAclsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for CreateAclsRequest {
    const KEY: ApiKey = ApiKey::CreateAcls;
    type Response = CreateAclsResponse;
}
