// Written by generate.py from Kafka's message descriptions; do not edit.
//! `remove_raft_voter`: [`RemoveRaftVoterRequest`] and [`RemoveRaftVoterResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RemoveRaftVoterRequest {
    pub cluster_id: Option<Str>,
    pub voter_id: i32,
    pub voter_directory_id: Uuid,
}

impl RemoveRaftVoterRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "RemoveRaftVoterRequest", version });
        }
        let cluster_id = buf.nullable_string(true)?;
        let voter_id = buf.i32()?;
        let voter_directory_id = buf.uuid()?;
        buf.skip_tagged_fields()?;
        Ok(Self { cluster_id, voter_id, voter_directory_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "RemoveRaftVoterRequest", version });
        }
        out.nullable_string(self.cluster_id.as_deref(), true)?;
        out.i32(self.voter_id);
        out.uuid(self.voter_directory_id);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for RemoveRaftVoterRequest {
    const NAME: &'static str = "RemoveRaftVoterRequest";
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
pub struct RemoveRaftVoterResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl RemoveRaftVoterResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "RemoveRaftVoterResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let error_message = buf.nullable_string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { throttle_time_ms, error_code, error_message })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "RemoveRaftVoterResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.nullable_string(self.error_message.as_deref(), true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for RemoveRaftVoterResponse {
    const NAME: &'static str = "RemoveRaftVoterResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for RemoveRaftVoterRequest {
    const KEY: ApiKey = ApiKey::RemoveRaftVoter;
    type Response = RemoveRaftVoterResponse;
}
