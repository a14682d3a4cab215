// Written by generate.py from Kafka's message descriptions; do not edit.
//! `add_offsets_to_txn`: [`AddOffsetsToTxnRequest`] and [`AddOffsetsToTxnResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddOffsetsToTxnRequest {
    pub transactional_id: Str,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub group_id: Str,
}

impl AddOffsetsToTxnRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 4;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AddOffsetsToTxnRequest", version });
        }
        let transactional_id = buf.string(version >= 3)?;
        let producer_id = buf.i64()?;
        let producer_epoch = buf.i16()?;
        let group_id = buf.string(version >= 3)?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { transactional_id, producer_id, producer_epoch, group_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AddOffsetsToTxnRequest", version });
        }
        out.string(&self.transactional_id, version >= 3)?;
        out.i64(self.producer_id);
        out.i16(self.producer_epoch);
        out.string(&self.group_id, version >= 3)?;
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for AddOffsetsToTxnRequest {
    const NAME: &'static str = "AddOffsetsToTxnRequest";
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
pub struct AddOffsetsToTxnResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
}

impl AddOffsetsToTxnResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 4;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AddOffsetsToTxnResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { throttle_time_ms, error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AddOffsetsToTxnResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for AddOffsetsToTxnResponse {
    const NAME: &'static str = "AddOffsetsToTxnResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for AddOffsetsToTxnRequest {
    const KEY: ApiKey = ApiKey::AddOffsetsToTxn;
    type Response = AddOffsetsToTxnResponse;
}
