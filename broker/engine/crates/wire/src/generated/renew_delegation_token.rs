// Written by generate.py from Kafka's message descriptions; do not edit.
//! `renew_delegation_token`: [`RenewDelegationTokenRequest`] and [`RenewDelegationTokenResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader};
use bytes::Bytes;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RenewDelegationTokenRequest {
    pub hmac: Bytes,
    pub renew_period_ms: i64,
}

impl RenewDelegationTokenRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "RenewDelegationTokenRequest", version });
        }
        let hmac = buf.bytes(version == 2)?;
        let renew_period_ms = buf.i64()?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { hmac, renew_period_ms })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "RenewDelegationTokenRequest", version });
        }
        out.bytes(&self.hmac, version == 2)?;
        out.i64(self.renew_period_ms);
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for RenewDelegationTokenRequest {
    const NAME: &'static str = "RenewDelegationTokenRequest";
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
pub struct RenewDelegationTokenResponse {
    pub error_code: i16,
    pub expiry_timestamp_ms: i64,
    pub throttle_time_ms: i32,
}

impl RenewDelegationTokenResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "RenewDelegationTokenResponse", version });
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
            return Err(EncodeError::Version { message: "RenewDelegationTokenResponse", version });
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
impl Message for RenewDelegationTokenResponse {
    const NAME: &'static str = "RenewDelegationTokenResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for RenewDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::RenewDelegationToken;
    type Response = RenewDelegationTokenResponse;
}
