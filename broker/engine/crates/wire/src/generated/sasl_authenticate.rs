// Written by generate.py from Kafka's message descriptions; do not edit.
//! `sasl_authenticate`: [`SaslAuthenticateRequest`] and [`SaslAuthenticateResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use bytes::Bytes;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaslAuthenticateRequest {
    pub auth_bytes: Bytes,
}

impl SaslAuthenticateRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "SaslAuthenticateRequest", version });
        }
        let auth_bytes = buf.bytes(version == 2)?;
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { auth_bytes })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "SaslAuthenticateRequest", version });
        }
        out.bytes(&self.auth_bytes, version == 2)?;
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for SaslAuthenticateRequest {
    const NAME: &'static str = "SaslAuthenticateRequest";
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
pub struct SaslAuthenticateResponse {
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub auth_bytes: Bytes,
    pub session_lifetime_ms: i64,
}

impl SaslAuthenticateResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "SaslAuthenticateResponse", version });
        }
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(version == 2)?;
        let auth_bytes = buf.bytes(version == 2)?;
        let session_lifetime_ms = if version >= 1 { buf.i64()? } else { 0 };
        if version == 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { error_code, error_message, auth_bytes, session_lifetime_ms })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "SaslAuthenticateResponse", version });
        }
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), version == 2)?;
        out.bytes(&self.auth_bytes, version == 2)?;
        if version >= 1 {
            out.i64(self.session_lifetime_ms);
        }
        if version == 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for SaslAuthenticateResponse {
    const NAME: &'static str = "SaslAuthenticateResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for SaslAuthenticateRequest {
    const KEY: ApiKey = ApiKey::SaslAuthenticate;
    type Response = SaslAuthenticateResponse;
}
