// Written by generate.py from Kafka's message descriptions; do not edit.
//! `list_config_resources`: [`ListConfigResourcesRequest`] and [`ListConfigResourcesResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListConfigResourcesRequest {
    pub resource_types: Vec<i8>,
}

impl ListConfigResourcesRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ListConfigResourcesRequest", version });
        }
        let resource_types =
            if version == 1 { buf.array(true, 1, |buf| buf.i8())? } else { Vec::new() };
        buf.skip_tagged_fields()?;
        Ok(Self { resource_types })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ListConfigResourcesRequest", version });
        }
        if version == 1 {
            out.array(&self.resource_types, true, |out, value| {
                out.i8(*value);
                Ok(())
            })?;
        } else {
            absent(
                "ListConfigResourcesRequest.resource_types",
                version,
                self.resource_types.is_empty(),
            )?;
        }
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ListConfigResourcesRequest {
    const NAME: &'static str = "ListConfigResourcesRequest";
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
pub struct ListConfigResourcesResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub config_resources: Vec<ConfigResource>,
}

impl ListConfigResourcesResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 1;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ListConfigResourcesResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let config_resources = buf.array(true, 2, |buf| ConfigResource::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { throttle_time_ms, error_code, config_resources })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ListConfigResourcesResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.array(&self.config_resources, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigResource {
    pub resource_name: Str,
    pub resource_type: i8,
}

impl Default for ConfigResource {
    fn default() -> Self {
        Self { resource_name: Str::default(), resource_type: 16 }
    }
}

impl ConfigResource {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let resource_name = buf.string(true)?;
        let resource_type = if version == 1 { buf.i8()? } else { 16 };
        buf.skip_tagged_fields()?;
        Ok(Self { resource_name, resource_type })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.resource_name, true)?;
        if version == 1 {
            out.i8(self.resource_type);
        }
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ListConfigResourcesResponse {
    const NAME: &'static str = "ListConfigResourcesResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ListConfigResourcesRequest {
    const KEY: ApiKey = ApiKey::ListConfigResources;
    type Response = ListConfigResourcesResponse;
}
