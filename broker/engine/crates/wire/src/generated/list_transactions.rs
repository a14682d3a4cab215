// Written by generate.py from Kafka's message descriptions; do not edit.
//! `list_transactions`: [`ListTransactionsRequest`] and [`ListTransactionsResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, PartialEq)]
pub struct ListTransactionsRequest {
    pub state_filters: Vec<Str>,
    pub producer_id_filters: Vec<i64>,
    pub duration_filter: i64,
    pub transactional_id_pattern: Option<Str>,
}

impl Default for ListTransactionsRequest {
    fn default() -> Self {
        Self {
            state_filters: Vec::new(),
            producer_id_filters: Vec::new(),
            duration_filter: -1,
            transactional_id_pattern: None,
        }
    }
}

impl ListTransactionsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ListTransactionsRequest", version });
        }
        let state_filters = buf.array(true, 1, |buf| buf.string(true))?;
        let producer_id_filters = buf.array(true, 8, |buf| buf.i64())?;
        let duration_filter = if version >= 1 { buf.i64()? } else { -1 };
        let transactional_id_pattern = if version == 2 { buf.nullable_string(true)? } else { None };
        buf.skip_tagged_fields()?;
        Ok(Self { state_filters, producer_id_filters, duration_filter, transactional_id_pattern })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ListTransactionsRequest", version });
        }
        out.array(&self.state_filters, true, |out, value| out.string(value, true))?;
        out.array(&self.producer_id_filters, true, |out, value| {
            out.i64(*value);
            Ok(())
        })?;
        if version >= 1 {
            out.i64(self.duration_filter);
        } else {
            absent("ListTransactionsRequest.duration_filter", version, self.duration_filter == -1)?;
        }
        if version == 2 {
            out.nullable_string(self.transactional_id_pattern.as_deref(), true)?;
        } else {
            absent(
                "ListTransactionsRequest.transactional_id_pattern",
                version,
                self.transactional_id_pattern.is_none(),
            )?;
        }
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ListTransactionsRequest {
    const NAME: &'static str = "ListTransactionsRequest";
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
pub struct ListTransactionsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub unknown_state_filters: Vec<Str>,
    pub transaction_states: Vec<TransactionState>,
}

impl ListTransactionsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ListTransactionsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = buf.i16()?;
        let unknown_state_filters = buf.array(true, 1, |buf| buf.string(true))?;
        let transaction_states =
            buf.array(true, 11, |buf| TransactionState::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { throttle_time_ms, error_code, unknown_state_filters, transaction_states })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ListTransactionsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.i16(self.error_code);
        out.array(&self.unknown_state_filters, true, |out, value| out.string(value, true))?;
        out.array(&self.transaction_states, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionState {
    pub transactional_id: Str,
    pub producer_id: i64,
    pub transaction_state: Str,
}

impl TransactionState {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let transactional_id = buf.string(true)?;
        let producer_id = buf.i64()?;
        let transaction_state = buf.string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { transactional_id, producer_id, transaction_state })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.transactional_id, true)?;
        out.i64(self.producer_id);
        out.string(&self.transaction_state, true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ListTransactionsResponse {
    const NAME: &'static str = "ListTransactionsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for ListTransactionsRequest {
    const KEY: ApiKey = ApiKey::ListTransactions;
    type Response = ListTransactionsResponse;
}
