// Written by generate.py from Kafka's message descriptions; do not edit.
//! `find_coordinator`: [`FindCoordinatorRequest`] and [`FindCoordinatorResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindCoordinatorRequest {
    pub key: Str,
    pub key_type: i8,
    pub coordinator_keys: Vec<Str>,
}

impl FindCoordinatorRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 6;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "FindCoordinatorRequest", version });
        }
        let key = if version <= 3 { buf.string(version == 3)? } else { Str::default() };
        let key_type = if version >= 1 { buf.i8()? } else { 0 };
        let coordinator_keys =
            if version >= 4 { buf.array(true, 1, |buf| buf.string(true))? } else { Vec::new() };
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { key, key_type, coordinator_keys })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "FindCoordinatorRequest", version });
        }
        if version <= 3 {
            out.string(&self.key, version == 3)?;
        } else {
            absent("FindCoordinatorRequest.key", version, self.key.is_empty())?;
        }
        if version >= 1 {
            out.i8(self.key_type);
        } else {
            absent("FindCoordinatorRequest.key_type", version, self.key_type == 0)?;
        }
        if version >= 4 {
            out.array(&self.coordinator_keys, true, |out, value| out.string(value, true))?;
        } else {
            absent(
                "FindCoordinatorRequest.coordinator_keys",
                version,
                self.coordinator_keys.is_empty(),
            )?;
        }
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for FindCoordinatorRequest {
    const NAME: &'static str = "FindCoordinatorRequest";
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
pub struct FindCoordinatorResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
    pub node_id: i32,
    pub host: Str,
    pub port: i32,
    pub coordinators: Vec<Coordinator>,
}

impl FindCoordinatorResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 6;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "FindCoordinatorResponse", version });
        }
        let throttle_time_ms = if version >= 1 { buf.i32()? } else { 0 };
        let error_code = if version <= 3 { buf.i16()? } else { 0 };
        let error_message =
            if (1..=3).contains(&version) { buf.nullable_string(version == 3)? } else { None };
        let node_id = if version <= 3 { buf.i32()? } else { 0 };
        let host = if version <= 3 { buf.string(version == 3)? } else { Str::default() };
        let port = if version <= 3 { buf.i32()? } else { 0 };
        let coordinators = if version >= 4 {
            buf.array(true, 14, |buf| Coordinator::decode(buf, version))?
        } else {
            Vec::new()
        };
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, error_code, error_message, node_id, host, port, coordinators })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "FindCoordinatorResponse", version });
        }
        if version >= 1 {
            out.i32(self.throttle_time_ms);
        }
        if version <= 3 {
            out.i16(self.error_code);
        } else {
            absent("FindCoordinatorResponse.error_code", version, self.error_code == 0)?;
        }
        if (1..=3).contains(&version) {
            out.nullable_string(self.error_message.as_deref(), version == 3)?;
        }
        if version <= 3 {
            out.i32(self.node_id);
        } else {
            absent("FindCoordinatorResponse.node_id", version, self.node_id == 0)?;
        }
        if version <= 3 {
            out.string(&self.host, version == 3)?;
        } else {
            absent("FindCoordinatorResponse.host", version, self.host.is_empty())?;
        }
        if version <= 3 {
            out.i32(self.port);
        } else {
            absent("FindCoordinatorResponse.port", version, self.port == 0)?;
        }
        if version >= 4 {
            out.array(&self.coordinators, true, |out, value| value.encode(out, version))?;
        } else {
            absent("FindCoordinatorResponse.coordinators", version, self.coordinators.is_empty())?;
        }
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coordinator {
    pub key: Str,
    pub node_id: i32,
    pub host: Str,
    pub port: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl Coordinator {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let key = buf.string(true)?;
        let node_id = buf.i32()?;
        let host = buf.string(true)?;
        let port = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { key, node_id, host, port, error_code, error_message })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.key, true)?;
        out.i32(self.node_id);
        out.string(&self.host, true)?;
        out.i32(self.port);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for FindCoordinatorResponse {
    const NAME: &'static str = "FindCoordinatorResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for FindCoordinatorRequest {
    const KEY: ApiKey = ApiKey::FindCoordinator;
    type Response = FindCoordinatorResponse;
}
