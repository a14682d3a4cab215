// Written by generate.py from Kafka's message descriptions; do not edit.
//! `create_delegation_token`: [`CreateDelegationTokenRequest`] and [`CreateDelegationTokenResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use bytes::Bytes;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateDelegationTokenRequest {
    pub owner_principal_type: Option<Str>,
    pub owner_principal_name: Option<Str>,
    pub renewers: Vec<CreatableRenewers>,
    pub max_lifetime_ms: i64,
}

impl CreateDelegationTokenRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "CreateDelegationTokenRequest", version });
        }
        let owner_principal_type = if version == 3 { buf.nullable_string(true)? } else { None };
        let owner_principal_name = if version == 3 { buf.nullable_string(true)? } else { None };
        let renewers = buf.array(version >= 2, 3, |buf| CreatableRenewers::decode(buf, version))?;
        let max_lifetime_ms = buf.i64()?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { owner_principal_type, owner_principal_name, renewers, max_lifetime_ms })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "CreateDelegationTokenRequest", version });
        }
        if version == 3 {
            out.nullable_string(self.owner_principal_type.as_deref(), true)?;
        } else {
            absent(
                "CreateDelegationTokenRequest.owner_principal_type",
                version,
                self.owner_principal_type.is_none(),
            )?;
        }
        if version == 3 {
            out.nullable_string(self.owner_principal_name.as_deref(), true)?;
        } else {
            absent(
                "CreateDelegationTokenRequest.owner_principal_name",
                version,
                self.owner_principal_name.is_none(),
            )?;
        }
        out.array(&self.renewers, version >= 2, |out, value| value.encode(out, version))?;
        out.i64(self.max_lifetime_ms);
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreatableRenewers {
    pub principal_type: Str,
    pub principal_name: Str,
}

impl CreatableRenewers {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let principal_type = buf.string(version >= 2)?;
        let principal_name = buf.string(version >= 2)?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { principal_type, principal_name })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.principal_type, version >= 2)?;
        out.string(&self.principal_name, version >= 2)?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for CreateDelegationTokenRequest {
    const NAME: &'static str = "CreateDelegationTokenRequest";
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
pub struct CreateDelegationTokenResponse {
    pub error_code: i16,
    pub principal_type: Str,
    pub principal_name: Str,
    pub token_requester_principal_type: Str,
    pub token_requester_principal_name: Str,
    pub issue_timestamp_ms: i64,
    pub expiry_timestamp_ms: i64,
    pub max_timestamp_ms: i64,
    pub token_id: Str,
    pub hmac: Bytes,
    pub throttle_time_ms: i32,
}

impl CreateDelegationTokenResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "CreateDelegationTokenResponse", version });
        }
        let error_code = buf.i16()?;
        let principal_type = buf.string(version >= 2)?;
        let principal_name = buf.string(version >= 2)?;
        let token_requester_principal_type =
            if version == 3 { buf.string(true)? } else { Str::default() };
        let token_requester_principal_name =
            if version == 3 { buf.string(true)? } else { Str::default() };
        let issue_timestamp_ms = buf.i64()?;
        let expiry_timestamp_ms = buf.i64()?;
        let max_timestamp_ms = buf.i64()?;
        let token_id = buf.string(version >= 2)?;
        let hmac = buf.bytes(version >= 2)?;
        let throttle_time_ms = buf.i32()?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            error_code,
            principal_type,
            principal_name,
            token_requester_principal_type,
            token_requester_principal_name,
            issue_timestamp_ms,
            expiry_timestamp_ms,
            max_timestamp_ms,
            token_id,
            hmac,
            throttle_time_ms,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "CreateDelegationTokenResponse", version });
        }
        out.i16(self.error_code);
        out.string(&self.principal_type, version >= 2)?;
        out.string(&self.principal_name, version >= 2)?;
        if version == 3 {
            out.string(&self.token_requester_principal_type, true)?;
        } else {
            absent(
                "CreateDelegationTokenResponse.token_requester_principal_type",
                version,
                self.token_requester_principal_type.is_empty(),
            )?;
        }
        if version == 3 {
            out.string(&self.token_requester_principal_name, true)?;
        } else {
            absent(
                "CreateDelegationTokenResponse.token_requester_principal_name",
                version,
                self.token_requester_principal_name.is_empty(),
            )?;
        }
        out.i64(self.issue_timestamp_ms);
        out.i64(self.expiry_timestamp_ms);
        out.i64(self.max_timestamp_ms);
        out.string(&self.token_id, version >= 2)?;
        out.bytes(&self.hmac, version >= 2)?;
        out.i32(self.throttle_time_ms);
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for CreateDelegationTokenResponse {
    const NAME: &'static str = "CreateDelegationTokenResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for CreateDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::CreateDelegationToken;
    type Response = CreateDelegationTokenResponse;
}
