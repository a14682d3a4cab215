// Written by generate.py from Kafka's message descriptions; do not edit.
//! `describe_transactions`: [`DescribeTransactionsRequest`] and [`DescribeTransactionsResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DescribeTransactionsRequest {
    pub transactional_ids: Vec<Str>,
}

impl DescribeTransactionsRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeTransactionsRequest", version });
        }
        let transactional_ids = buf.array(true, 1, |buf| buf.string(true))?;
        buf.skip_tagged_fields()?;
        Ok(Self { transactional_ids })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeTransactionsRequest", version });
        }
        out.array(&self.transactional_ids, true, |out, value| out.string(value, true))?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DescribeTransactionsRequest {
    const NAME: &'static str = "DescribeTransactionsRequest";
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
pub struct DescribeTransactionsResponse {
    pub throttle_time_ms: i32,
    pub transaction_states: Vec<TransactionState>,
}

impl DescribeTransactionsResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "DescribeTransactionsResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let transaction_states =
            buf.array(true, 28, |buf| TransactionState::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { throttle_time_ms, transaction_states })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "DescribeTransactionsResponse", version });
        }
        out.i32(self.throttle_time_ms);
        out.array(&self.transaction_states, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransactionState {
    pub error_code: i16,
    pub transactional_id: Str,
    pub transaction_state: Str,
    pub transaction_timeout_ms: i32,
    pub transaction_start_time_ms: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub topics: Vec<TopicData>,
}

impl TransactionState {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let error_code = buf.i16()?;
        let transactional_id = buf.string(true)?;
        let transaction_state = buf.string(true)?;
        let transaction_timeout_ms = buf.i32()?;
        let transaction_start_time_ms = buf.i64()?;
        let producer_id = buf.i64()?;
        let producer_epoch = buf.i16()?;
        let topics = buf.array(true, 3, |buf| TopicData::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            error_code,
            transactional_id,
            transaction_state,
            transaction_timeout_ms,
            transaction_start_time_ms,
            producer_id,
            producer_epoch,
            topics,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i16(self.error_code);
        out.string(&self.transactional_id, true)?;
        out.string(&self.transaction_state, true)?;
        out.i32(self.transaction_timeout_ms);
        out.i64(self.transaction_start_time_ms);
        out.i64(self.producer_id);
        out.i16(self.producer_epoch);
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicData {
    pub topic: Str,
    pub partitions: Vec<i32>,
}

impl TopicData {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let topic = buf.string(true)?;
        let partitions = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic, partitions })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.topic, true)?;
        out.array(&self.partitions, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for DescribeTransactionsResponse {
    const NAME: &'static str = "DescribeTransactionsResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for DescribeTransactionsRequest {
    const KEY: ApiKey = ApiKey::DescribeTransactions;
    type Response = DescribeTransactionsResponse;
}
