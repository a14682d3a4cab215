// Written by generate.py from Kafka's message descriptions; do not edit.
//! `describe_configs`: [`DescribeConfigsRequest`] and [`DescribeConfigsResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsRequest {
    pub resources: Vec<DescribeConfigsResource>,
    pub include_synonyms: bool,
    pub include_documentation: bool,
}

impl DescribeConfigsRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 4;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeConfigsRequest", version });
        }
        let resources =
            buf.array(version == 4, 4, |buf| DescribeConfigsResource::decode(buf, version))?;
        let include_synonyms = buf.bool()?;
        let include_documentation = if version >= 3 { buf.bool()? } else { false };
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { resources, include_synonyms, include_documentation })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeConfigsRequest", version });
        }
        out.array(&self.resources, version == 4, |out, value| value.encode(out, version))?;
        out.bool(self.include_synonyms);
        if version >= 3 {
            out.bool(self.include_documentation);
        } else {
            absent(
                "DescribeConfigsRequest.include_documentation",
                version,
                !self.include_documentation,
            )?;
        }
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsResource {
    pub resource_type: i8,
    pub resource_name: Str,
    pub configuration_keys: Option<Vec<Str>>,
}

impl DescribeConfigsResource {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let resource_type = buf.i8()?;
        let resource_name = buf.string(version == 4)?;
        let configuration_keys =
            buf.nullable_array(version == 4, 1, |buf| buf.string(version == 4))?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { resource_type, resource_name, configuration_keys })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i8(self.resource_type);
        out.string(&self.resource_name, version == 4)?;
        out.nullable_array(self.configuration_keys.as_deref(), version == 4, |out, value| {
            out.string(value, version == 4)
        })?;
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DescribeConfigsRequest {
    const NAME: &'static str = "DescribeConfigsRequest";
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
pub struct DescribeConfigsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<DescribeConfigsResult>,
}

impl DescribeConfigsResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 4;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeConfigsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let results =
            buf.array(version == 4, 7, |buf| DescribeConfigsResult::decode(buf, version))?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeConfigsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.results, version == 4, |out, value| value.encode(out, version))?;
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsResult {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub resource_type: i8,
    pub resource_name: Str,
    pub configs: Vec<DescribeConfigsResourceResult>,
}

impl DescribeConfigsResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version == 4)?;
        let resource_type = buf.i8()?;
        let resource_name = buf.string(version == 4)?;
        let configs =
            buf.array(version == 4, 9, |buf| DescribeConfigsResourceResult::decode(buf, version))?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { error_code, error_message, resource_type, resource_name, configs })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version == 4)?;
        out.i8(self.resource_type);
        out.string(&self.resource_name, version == 4)?;
        out.array(&self.configs, version == 4, |out, value| value.encode(out, version))?;
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct DescribeConfigsResourceResult {
    pub name: Str,
    pub value: Option<Str>,
    pub read_only: bool,
    pub config_source: i8,
    pub is_sensitive: bool,
    pub synonyms: Vec<DescribeConfigsSynonym>,
    pub config_type: i8,
    pub documentation: Option<Str>,
}

impl Default for DescribeConfigsResourceResult {
    fn default() -> Self {
        Self {
            name: Str::default(),
            value: None,
            read_only: false,
            config_source: -1,
            is_sensitive: false,
            synonyms: Vec::new(),
            config_type: 0,
            documentation: None,
        }
    }
}

impl DescribeConfigsResourceResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version == 4)?;
        let value = buf.nullable_string(version == 4)?;
        let read_only = buf.bool()?;
        let config_source = buf.i8()?;
        let is_sensitive = buf.bool()?;
        let synonyms =
            buf.array(version == 4, 4, |buf| DescribeConfigsSynonym::decode(buf, version))?;
        let config_type = if version >= 3 { buf.i8()? } else { 0 };
        let documentation = if version >= 3 { buf.nullable_string(version == 4)? } else { None };
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            name,
            value,
            read_only,
            config_source,
            is_sensitive,
            synonyms,
            config_type,
            documentation,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version == 4)?;
        out.nullable_string(self.value.as_deref(), version == 4)?;
        out.bool(self.read_only);
        out.i8(self.config_source);
        out.bool(self.is_sensitive);
        out.array(&self.synonyms, version == 4, |out, value| value.encode(out, version))?;
        if version >= 3 {
            out.i8(self.config_type);
        }
        if version >= 3 {
            out.nullable_string(self.documentation.as_deref(), version == 4)?;
        }
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeConfigsSynonym {
    pub name: Str,
    pub value: Option<Str>,
    pub source: i8,
}

impl DescribeConfigsSynonym {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version == 4)?;
        let value = buf.nullable_string(version == 4)?;
        let source = buf.i8()?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, value, source })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version == 4)?;
        out.nullable_string(self.value.as_deref(), version == 4)?;
        out.i8(self.source);
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for DescribeConfigsResponse {
    const NAME: &'static str = "DescribeConfigsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DescribeConfigsRequest {
    const KEY: ApiKey = ApiKey::DescribeConfigs;
    type Response = DescribeConfigsResponse;
}
