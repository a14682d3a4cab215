// Written by generate.py from Kafka's message descriptions; do not edit.
//! `alter_user_scram_credentials`: [`AlterUserScramCredentialsRequest`] and [`AlterUserScramCredentialsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use bytes::Bytes;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterUserScramCredentialsRequest {
    pub deletions: Vec<ScramCredentialDeletion>,
    pub upsertions: Vec<ScramCredentialUpsertion>,
}

impl AlterUserScramCredentialsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "AlterUserScramCredentialsRequest",
                version,
            });
        }
        let deletions = buf.array(true, 3, |buf| ScramCredentialDeletion::decode(buf, version))?;
        let upsertions =
            buf.array(true, 9, |buf| ScramCredentialUpsertion::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { deletions, upsertions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "AlterUserScramCredentialsRequest",
                version,
            });
        }
        out.array(&self.deletions, true, |out, value| value.encode(out, version))?;
        out.array(&self.upsertions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScramCredentialDeletion {
    pub name: Str,
    pub mechanism: i8,
}

impl ScramCredentialDeletion {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let mechanism = buf.i8()?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, mechanism })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.i8(self.mechanism);
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScramCredentialUpsertion {
    pub name: Str,
    pub mechanism: i8,
    pub iterations: i32,
    pub salt: Bytes,
    pub salted_password: Bytes,
}

impl ScramCredentialUpsertion {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let mechanism = buf.i8()?;
        let iterations = buf.i32()?;
        let salt = buf.bytes(true)?;
        let salted_password = buf.bytes(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, mechanism, iterations, salt, salted_password })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.i8(self.mechanism);
        out.i32(self.iterations);
        out.bytes(&self.salt, true)?;
        out.bytes(&self.salted_password, true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for AlterUserScramCredentialsRequest {
    const NAME: &'static str = "AlterUserScramCredentialsRequest";
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
pub struct AlterUserScramCredentialsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<AlterUserScramCredentialsResult>,
}

impl AlterUserScramCredentialsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "AlterUserScramCredentialsResponse",
                version,
            });
        }
        let throttle_time_ms = buf.i32()?;
        let results =
            buf.array(true, 5, |buf| AlterUserScramCredentialsResult::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { throttle_time_ms, results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "AlterUserScramCredentialsResponse",
                version,
            });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.results, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlterUserScramCredentialsResult {
    pub user: Str,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl AlterUserScramCredentialsResult {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let user = buf.string(true)?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { user, error_code, error_message })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.user, true)?;
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for AlterUserScramCredentialsResponse {
    const NAME: &'static str = "AlterUserScramCredentialsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for AlterUserScramCredentialsRequest {
    const KEY: ApiKey = ApiKey::AlterUserScramCredentials;
    type Response = AlterUserScramCredentialsResponse;
}
