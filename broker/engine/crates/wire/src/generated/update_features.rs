// Written by generate.py from Kafka's message descriptions; do not edit.
//! `update_features`: [`UpdateFeaturesRequest`] and [`UpdateFeaturesResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, PartialEq)]
pub struct UpdateFeaturesRequest {
    pub timeout_ms: i32,
    pub feature_updates: Vec<FeatureUpdateKey>,
    pub validate_only: bool,
}

impl Default for UpdateFeaturesRequest {
    fn default() -> Self {
        Self { timeout_ms: 60000, feature_updates: Vec::new(), validate_only: false }
    }
}

impl UpdateFeaturesRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "UpdateFeaturesRequest", version });
        }
        let timeout_ms = buf.i32()?;
        let feature_updates = buf.array(true, 5, |buf| FeatureUpdateKey::decode(buf, version))?;
        let validate_only = if version >= 1 { buf.bool()? } else { false };
        buf.skip_tagged_fields()?;
        Ok(Self { timeout_ms, feature_updates, validate_only })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "UpdateFeaturesRequest", version });
        }
        out.i32(self.timeout_ms);
        out.array(&self.feature_updates, true, |out, value| value.encode(out, version))?;
        if version >= 1 {
            out.bool(self.validate_only);
        } else {
            absent("UpdateFeaturesRequest.validate_only", version, !self.validate_only)?;
        }
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureUpdateKey {
    pub feature: Str,
    pub max_version_level: i16,
    pub allow_downgrade: bool,
    pub upgrade_type: i8,
}

impl Default for FeatureUpdateKey {
    fn default() -> Self {
        Self {
            feature: Str::default(),
            max_version_level: 0,
            allow_downgrade: false,
            upgrade_type: 1,
        }
    }
}

impl FeatureUpdateKey {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let feature = buf.string(true)?;
        let max_version_level = buf.i16()?;
        let allow_downgrade = if version == 0 { buf.bool()? } else { false };
        let upgrade_type = if version >= 1 { buf.i8()? } else { 1 };
        buf.skip_tagged_fields()?;
        Ok(Self { feature, max_version_level, allow_downgrade, upgrade_type })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.feature, true)?;
        out.i16(self.max_version_level);
        if version == 0 {
            out.bool(self.allow_downgrade);
        } else {
            absent("FeatureUpdateKey.allow_downgrade", version, !self.allow_downgrade)?;
        }
        if version >= 1 {
            out.i8(self.upgrade_type);
        } else {
            absent("FeatureUpdateKey.upgrade_type", version, self.upgrade_type == 1)?;
        }
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for UpdateFeaturesRequest {
    const NAME: &'static str = "UpdateFeaturesRequest";
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
pub struct UpdateFeaturesResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub results: Vec<UpdatableFeatureResult>,
}

impl UpdateFeaturesResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "UpdateFeaturesResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        let results = if version <= 1 {
            buf.array(true, 5, |buf| UpdatableFeatureResult::decode(buf, version))?
        } else {
            Vec::new()
        };
        buf.skip_tagged_fields()?;
        Ok(Self { throttle_time_ms, error_code, error_message, results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "UpdateFeaturesResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        if version <= 1 {
            out.array(&self.results, true, |out, value| value.encode(out, version))?;
        }
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdatableFeatureResult {
    pub feature: Str,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl UpdatableFeatureResult {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let feature = buf.string(true)?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { feature, error_code, error_message })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.feature, true)?;
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for UpdateFeaturesResponse {
    const NAME: &'static str = "UpdateFeaturesResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for UpdateFeaturesRequest {
    const KEY: ApiKey = ApiKey::UpdateFeatures;
    type Response = UpdateFeaturesResponse;
}
