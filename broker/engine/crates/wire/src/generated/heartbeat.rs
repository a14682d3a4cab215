// Written by generate.py from Kafka's message descriptions; do not edit.
//! `heartbeat`: [`HeartbeatRequest`] and [`HeartbeatResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeartbeatRequest {
    pub group_id: Str,
    pub generation_id: i32,
    pub member_id: Str,
    pub group_instance_id: Option<Str>,
}

impl HeartbeatRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 4;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "HeartbeatRequest", version });
        }
        let group_id = buf.string(version == 4)?;
        let generation_id = buf.i32()?;
        let member_id = buf.string(version == 4)?;
        let group_instance_id =
            if version >= 3 { buf.nullable_string(version == 4)? } else { None };
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { group_id, generation_id, member_id, group_instance_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "HeartbeatRequest", version });
        }
        out.string(&self.group_id, version == 4)?;
        out.i32(self.generation_id);
        out.string(&self.member_id, version == 4)?;
        if version >= 3 {
            out.nullable_string(self.group_instance_id.as_deref(), version == 4)?;
        } else {
            absent(
                "HeartbeatRequest.group_instance_id",
                version,
                self.group_instance_id.is_none(),
            )?;
        }
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for HeartbeatRequest {
    const NAME: &'static str = "HeartbeatRequest";
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
pub struct HeartbeatResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
}

impl HeartbeatResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 4;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "HeartbeatResponse", version });
        }
        let throttle_time_ms = if version >= 1 { buf.i32()? } else { 0 };
        let error_code = buf.i16()?;
        if version == 4 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "HeartbeatResponse", version });
        }
        if version >= 1 {
            out.i32(self.throttle_time_ms);
        }
        out.i16(self.error_code);
        if version == 4 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for HeartbeatResponse {
    const NAME: &'static str = "HeartbeatResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for HeartbeatRequest {
    const KEY: ApiKey = ApiKey::Heartbeat;
    type Response = HeartbeatResponse;
}
