// Written by generate.py from Kafka's message descriptions; do not edit.
//! `describe_delegation_token`: [`DescribeDelegationTokenRequest`] and [`DescribeDelegationTokenResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use bytes::Bytes;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeDelegationTokenRequest {
    pub owners: Option<Vec<DescribeDelegationTokenOwner>>,
}

impl DescribeDelegationTokenRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "DescribeDelegationTokenRequest",
                version,
            });
        }
        let owners = buf.nullable_array(version >= 2, 3, |buf| {
            DescribeDelegationTokenOwner::decode(buf, version)
        })?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { owners })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "DescribeDelegationTokenRequest",
                version,
            });
        }
        out.nullable_array(self.owners.as_deref(), version >= 2, |out, value| {
            value.encode(out, version)
        })?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeDelegationTokenOwner {
    pub principal_type: Str,
    pub principal_name: Str,
}

impl DescribeDelegationTokenOwner {
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
impl Message for DescribeDelegationTokenRequest {
    const NAME: &'static str = "DescribeDelegationTokenRequest";
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
pub struct DescribeDelegationTokenResponse {
    pub error_code: i16,
    pub tokens: Vec<DescribedDelegationToken>,
    pub throttle_time_ms: i32,
}

impl DescribeDelegationTokenResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 3;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "DescribeDelegationTokenResponse",
                version,
            });
        }
        let error_code = buf.i16()?;
        let tokens =
            buf.array(version >= 2, 30, |buf| DescribedDelegationToken::decode(buf, version))?;
        let throttle_time_ms = buf.i32()?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { error_code, tokens, throttle_time_ms })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "DescribeDelegationTokenResponse",
                version,
            });
        }
        out.i16(self.error_code);
        out.array(&self.tokens, version >= 2, |out, value| value.encode(out, version))?;
        out.i32(self.throttle_time_ms);
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedDelegationToken {
    pub principal_type: Str,
    pub principal_name: Str,
    pub token_requester_principal_type: Str,
    pub token_requester_principal_name: Str,
    pub issue_timestamp: i64,
    pub expiry_timestamp: i64,
    pub max_timestamp: i64,
    pub token_id: Str,
    pub hmac: Bytes,
    pub renewers: Vec<DescribedDelegationTokenRenewer>,
}

impl DescribedDelegationToken {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let principal_type = buf.string(version >= 2)?;
        let principal_name = buf.string(version >= 2)?;
        let token_requester_principal_type =
            if version == 3 { buf.string(true)? } else { Str::default() };
        let token_requester_principal_name =
            if version == 3 { buf.string(true)? } else { Str::default() };
        let issue_timestamp = buf.i64()?;
        let expiry_timestamp = buf.i64()?;
        let max_timestamp = buf.i64()?;
        let token_id = buf.string(version >= 2)?;
        let hmac = buf.bytes(version >= 2)?;
        let renewers = buf
            .array(version >= 2, 3, |buf| DescribedDelegationTokenRenewer::decode(buf, version))?;
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            principal_type,
            principal_name,
            token_requester_principal_type,
            token_requester_principal_name,
            issue_timestamp,
            expiry_timestamp,
            max_timestamp,
            token_id,
            hmac,
            renewers,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.principal_type, version >= 2)?;
        out.string(&self.principal_name, version >= 2)?;
        if version == 3 {
            out.string(&self.token_requester_principal_type, true)?;
        } else {
            absent(
                "DescribedDelegationToken.token_requester_principal_type",
                version,
                self.token_requester_principal_type.is_empty(),
            )?;
        }
        if version == 3 {
            out.string(&self.token_requester_principal_name, true)?;
        } else {
            absent(
                "DescribedDelegationToken.token_requester_principal_name",
                version,
                self.token_requester_principal_name.is_empty(),
            )?;
        }
        out.i64(self.issue_timestamp);
        out.i64(self.expiry_timestamp);
        out.i64(self.max_timestamp);
        out.string(&self.token_id, version >= 2)?;
        out.bytes(&self.hmac, version >= 2)?;
        out.array(&self.renewers, version >= 2, |out, value| value.encode(out, version))?;
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribedDelegationTokenRenewer {
    pub principal_type: Str,
    pub principal_name: Str,
}

impl DescribedDelegationTokenRenewer {
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
impl Message for DescribeDelegationTokenResponse {
    const NAME: &'static str = "DescribeDelegationTokenResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DescribeDelegationTokenRequest {
    const KEY: ApiKey = ApiKey::DescribeDelegationToken;
    type Response = DescribeDelegationTokenResponse;
}
