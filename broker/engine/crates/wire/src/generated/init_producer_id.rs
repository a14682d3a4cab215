// Written by generate.py from Kafka's message descriptions; do not edit.
//! `init_producer_id`: [`InitProducerIdRequest`] and [`InitProducerIdResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, PartialEq)]
pub struct InitProducerIdRequest {
    pub transactional_id: Option<Str>,
    pub transaction_timeout_ms: i32,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub enable2_pc: bool,
    pub keep_prepared_txn: bool,
}

impl Default for InitProducerIdRequest {
    fn default() -> Self {
        Self {
            transactional_id: None,
            transaction_timeout_ms: 0,
            producer_id: -1,
            producer_epoch: -1,
            enable2_pc: false,
            keep_prepared_txn: false,
        }
    }
}

impl InitProducerIdRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 6;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "InitProducerIdRequest", version });
        }
        let transactional_id = buf.nullable_string(version >= 2)?;
        let transaction_timeout_ms = buf.i32()?;
        let producer_id = if version >= 3 { buf.i64()? } else { -1 };
        let producer_epoch = if version >= 3 { buf.i16()? } else { -1 };
        let enable2_pc = if version == 6 { buf.bool()? } else { false };
        let keep_prepared_txn = if version == 6 { buf.bool()? } else { false };
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            transactional_id,
            transaction_timeout_ms,
            producer_id,
            producer_epoch,
            enable2_pc,
            keep_prepared_txn,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "InitProducerIdRequest", version });
        }
        out.nullable_string(self.transactional_id.as_deref(), version >= 2)?;
        out.i32(self.transaction_timeout_ms);
        if version >= 3 {
            out.i64(self.producer_id);
        } else {
            absent("InitProducerIdRequest.producer_id", version, self.producer_id == -1)?;
        }
        if version >= 3 {
            out.i16(self.producer_epoch);
        } else {
            absent("InitProducerIdRequest.producer_epoch", version, self.producer_epoch == -1)?;
        }
        if version == 6 {
            out.bool(self.enable2_pc);
        } else {
            absent("InitProducerIdRequest.enable2_pc", version, !self.enable2_pc)?;
        }
        if version == 6 {
            out.bool(self.keep_prepared_txn);
        } else {
            absent("InitProducerIdRequest.keep_prepared_txn", version, !self.keep_prepared_txn)?;
        }
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for InitProducerIdRequest {
    const NAME: &'static str = "InitProducerIdRequest";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
#[derive(Clone, Debug, PartialEq)]
pub struct InitProducerIdResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub ongoing_txn_producer_id: i64,
    pub ongoing_txn_producer_epoch: i16,
}

impl Default for InitProducerIdResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            producer_id: -1,
            producer_epoch: 0,
            ongoing_txn_producer_id: -1,
            ongoing_txn_producer_epoch: -1,
        }
    }
}

impl InitProducerIdResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 6;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "InitProducerIdResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let producer_id = buf.i64()?;
        let producer_epoch = buf.i16()?;
        let ongoing_txn_producer_id = if version == 6 { buf.i64()? } else { -1 };
        let ongoing_txn_producer_epoch = if version == 6 { buf.i16()? } else { -1 };
        if version >= 2 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            throttle_time_ms,
            error_code,
            producer_id,
            producer_epoch,
            ongoing_txn_producer_id,
            ongoing_txn_producer_epoch,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "InitProducerIdResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.i64(self.producer_id);
        out.i16(self.producer_epoch);
        if version == 6 {
            out.i64(self.ongoing_txn_producer_id);
        } else {
            absent(
                "InitProducerIdResponse.ongoing_txn_producer_id",
                version,
                self.ongoing_txn_producer_id == -1,
            )?;
        }
        if version == 6 {
            out.i16(self.ongoing_txn_producer_epoch);
        } else {
            absent(
                "InitProducerIdResponse.ongoing_txn_producer_epoch",
                version,
                self.ongoing_txn_producer_epoch == -1,
            )?;
        }
        if version >= 2 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for InitProducerIdResponse {
    const NAME: &'static str = "InitProducerIdResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for InitProducerIdRequest {
    const KEY: ApiKey = ApiKey::InitProducerId;
    type Response = InitProducerIdResponse;
}
