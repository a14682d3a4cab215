// Written by generate.py from Kafka's message descriptions; do not edit.
//! `api_versions`: [`ApiVersionsRequest`] and [`ApiVersionsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::{TaggedFields, Writer};
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiVersionsRequest {
    pub client_software_name: Str,
    pub client_software_version: Str,
}

impl ApiVersionsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 4;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ApiVersionsRequest", version });
        }
        let client_software_name = if version >= 3 { buf.string(true)? } else { Str::default() };
        let client_software_version = if version >= 3 { buf.string(true)? } else { Str::default() };
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { client_software_name, client_software_version })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ApiVersionsRequest", version });
        }
        if version >= 3 {
            out.string(&self.client_software_name, true)?;
        }
        if version >= 3 {
            out.string(&self.client_software_version, true)?;
        }
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for ApiVersionsRequest {
    const NAME: &'static str = "ApiVersionsRequest";
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
pub struct ApiVersionsResponse {
    pub error_code: i16,
    pub api_keys: Vec<ApiVersion>,
    pub throttle_time_ms: i32,
    pub supported_features: Vec<SupportedFeatureKey>,
    pub finalized_features_epoch: i64,
    pub finalized_features: Vec<FinalizedFeatureKey>,
    pub zk_migration_ready: bool,
}

impl Default for ApiVersionsResponse {
    fn default() -> Self {
        Self {
            error_code: 0,
            api_keys: Vec::new(),
            throttle_time_ms: 0,
            supported_features: Vec::new(),
            finalized_features_epoch: -1,
            finalized_features: Vec::new(),
            zk_migration_ready: false,
        }
    }
}

impl ApiVersionsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 4;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ApiVersionsResponse", version });
        }
        let error_code = buf.i16()?;
        let api_keys = buf.array(version >= 3, 6, |buf| ApiVersion::decode(buf, version))?;
        let throttle_time_ms = if version >= 1 { buf.i32()? } else { 0 };
        let mut supported_features = Vec::new();
        let mut finalized_features_epoch = -1;
        let mut finalized_features = Vec::new();
        let mut zk_migration_ready = false;
        if version >= 3 {
            buf.tagged_fields(|tag, buf| {
                match tag {
                    0 => {
                        supported_features =
                            buf.array(true, 6, |buf| SupportedFeatureKey::decode(buf, version))?;
                    }
                    1 => {
                        finalized_features_epoch = buf.i64()?;
                    }
                    2 => {
                        finalized_features =
                            buf.array(true, 6, |buf| FinalizedFeatureKey::decode(buf, version))?;
                    }
                    3 => {
                        zk_migration_ready = buf.bool()?;
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            error_code,
            api_keys,
            throttle_time_ms,
            supported_features,
            finalized_features_epoch,
            finalized_features,
            zk_migration_ready,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ApiVersionsResponse", version });
        }
        out.i16(self.error_code);
        out.array(&self.api_keys, version >= 3, |out, value| value.encode(out, version))?;
        if version >= 1 {
            out.i32(self.throttle_time_ms);
        }
        if version >= 3 {
            let mut tags = TaggedFields::default();
            if !self.supported_features.is_empty() {
                tags.put(0, |out| {
                    out.array(&self.supported_features, true, |out, value| {
                        value.encode(out, version)
                    })?;
                    Ok(())
                })?;
            }
            if self.finalized_features_epoch != -1 {
                tags.put(1, |out| {
                    out.i64(self.finalized_features_epoch);
                    Ok(())
                })?;
            }
            if !self.finalized_features.is_empty() {
                tags.put(2, |out| {
                    out.array(&self.finalized_features, true, |out, value| {
                        value.encode(out, version)
                    })?;
                    Ok(())
                })?;
            }
            if self.zk_migration_ready {
                tags.put(3, |out| {
                    out.bool(self.zk_migration_ready);
                    Ok(())
                })?;
            }
            out.tagged_fields(tags);
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ApiVersion {
    pub api_key: i16,
    pub min_version: i16,
    pub max_version: i16,
}

impl ApiVersion {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let api_key = buf.i16()?;
        let min_version = buf.i16()?;
        let max_version = buf.i16()?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { api_key, min_version, max_version })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.api_key);
        out.i16(self.min_version);
        out.i16(self.max_version);
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SupportedFeatureKey {
    pub name: Str,
    pub min_version: i16,
    pub max_version: i16,
}

impl SupportedFeatureKey {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let min_version = buf.i16()?;
        let max_version = buf.i16()?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, min_version, max_version })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.i16(self.min_version);
        out.i16(self.max_version);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FinalizedFeatureKey {
    pub name: Str,
    pub max_version_level: i16,
    pub min_version_level: i16,
}

impl FinalizedFeatureKey {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let max_version_level = buf.i16()?;
        let min_version_level = buf.i16()?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, max_version_level, min_version_level })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.i16(self.max_version_level);
        out.i16(self.min_version_level);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ApiVersionsResponse {
    const NAME: &'static str = "ApiVersionsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ApiVersionsRequest {
    const KEY: ApiKey = ApiKey::ApiVersions;
    type Response = ApiVersionsResponse;
}
