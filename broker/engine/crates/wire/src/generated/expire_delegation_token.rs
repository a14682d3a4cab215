// Written by generate.py from Kafka's message descriptions; do not edit.
//! `expire_delegation_token`: [`ExpireDelegationTokenRequest`] and [`ExpireDelegationTokenResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader};
use bytes::Bytes;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpireDelegationTokenRequest {
    pub hmac: Bytes,
    pub expiry_time_period_ms: i64,
}

impl ExpireDelegationTokenRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ExpireDelegationTokenRequest", version });
        }
        let hmac = buf.bytes(version == 2)?;
        let expiry_time_period_ms = buf.i64()?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { hmac, expiry_time_period_ms })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ExpireDelegationTokenRequest", version });
        }
        out.bytes(&self.hmac, version == 2)?;
        out.i64(self.expiry_time_period_ms);
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for ExpireDelegationTokenRequest {
    const NAME: &'static str = "ExpireDelegationTokenRequest";
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
pub struct ExpireDelegationTokenResponse {
    pub error_code: i16,
    pub expiry_timestamp_ms: i64,
    pub throttle_time_ms: i32,
}

impl ExpireDelegationTokenResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ExpireDelegationTokenResponse", version });
        }
        let error_code = buf.i16()?;
        let expiry_timestamp_ms = buf.i64()?;
        let throttle_time_ms = buf.i32()?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { error_code, expiry_timestamp_ms, throttle_time_ms })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ExpireDelegationTokenResponse", version });
        }
        out.i16(self.error_code);
        out.i64(self.expiry_timestamp_ms);
        out.i32(self.throttle_time_ms);
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for ExpireDelegationTokenResponse {
    const NAME: &'static str = "ExpireDelegationTokenResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ExpireDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::ExpireDelegationToken;
    type Response = ExpireDelegationTokenResponse;
}
