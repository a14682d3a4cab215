// Written by generate.py from Kafka's message descriptions; do not edit.
//! `alter_configs`: [`AlterConfigsRequest`] and [`AlterConfigsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterConfigsRequest {
    pub resources: Vec<AlterConfigsResource>,
    pub validate_only: bool,
}

impl AlterConfigsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AlterConfigsRequest", version });
        }
        let resources =
            buf.array(version == 2, 4, |buf| AlterConfigsResource::decode(buf, version))?;
        let validate_only = buf.bool()?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { resources, validate_only })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AlterConfigsRequest", version });
        }
        out.array(&self.resources, version == 2, |out, value| value.encode(out, version))?;
        out.bool(self.validate_only);
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterConfigsResource {
    pub resource_type: i8,
    pub resource_name: Str,
    pub configs: Vec<AlterableConfig>,
}

impl AlterConfigsResource {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let resource_type = buf.i8()?;
        let resource_name = buf.string(version == 2)?;
        let configs = buf.array(version == 2, 3, |buf| AlterableConfig::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { resource_type, resource_name, configs })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i8(self.resource_type);
        out.string(&self.resource_name, version == 2)?;
        out.array(&self.configs, version == 2, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterableConfig {
    pub name: Str,
    pub value: Option<Str>,
}

impl AlterableConfig {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version == 2)?;
        let value = buf.nullable_string(version == 2)?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, value })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version == 2)?;
        out.nullable_string(self.value.as_deref(), version == 2)?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for AlterConfigsRequest {
    const NAME: &'static str = "AlterConfigsRequest";
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
pub struct AlterConfigsResponse {
    pub throttle_time_ms: i32,
    pub responses: Vec<AlterConfigsResourceResponse>,
}

impl AlterConfigsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AlterConfigsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let responses =
            buf.array(version == 2, 6, |buf| AlterConfigsResourceResponse::decode(buf, version))?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, responses })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AlterConfigsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.responses, version == 2, |out, value| value.encode(out, version))?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterConfigsResourceResponse {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub resource_type: i8,
    pub resource_name: Str,
}

impl AlterConfigsResourceResponse {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version == 2)?;
        let resource_type = buf.i8()?;
        let resource_name = buf.string(version == 2)?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { error_code, error_message, resource_type, resource_name })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version == 2)?;
        out.i8(self.resource_type);
        out.string(&self.resource_name, version == 2)?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for AlterConfigsResponse {
    const NAME: &'static str = "AlterConfigsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for AlterConfigsRequest {
    const KEY: ApiKey = ApiKey::AlterConfigs;
    type Response = AlterConfigsResponse;
}
