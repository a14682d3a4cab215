// Written by generate.py from Kafka's message descriptions; do not edit.
//! `add_partitions_to_txn`: [`AddPartitionsToTxnRequest`] and [`AddPartitionsToTxnResponse`].
#![allow(missing_docs)]

use crate::message::{absent, Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnRequest {
    pub transactions: Vec<AddPartitionsToTxnTransaction>,
    pub v3_and_below_transactional_id: Str,
    pub v3_and_below_producer_id: i64,
    pub v3_and_below_producer_epoch: i16,
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic>,
}

impl AddPartitionsToTxnRequest {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AddPartitionsToTxnRequest", version });
        }
        let transactions = if version >= 4 {
            buf.array(true, 14, |buf| AddPartitionsToTxnTransaction::decode(buf, version))?
        } else {
            Vec::new()
        };
        let v3_and_below_transactional_id =
            if version <= 3 { buf.string(version == 3)? } else { Str::default() };
        let v3_and_below_producer_id = if version <= 3 { buf.i64()? } else { 0 };
        let v3_and_below_producer_epoch = if version <= 3 { buf.i16()? } else { 0 };
        let v3_and_below_topics = if version <= 3 {
            buf.array(version == 3, 3, |buf| AddPartitionsToTxnTopic::decode(buf, version))?
        } else {
            Vec::new()
        };
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            transactions,
            v3_and_below_transactional_id,
            v3_and_below_producer_id,
            v3_and_below_producer_epoch,
            v3_and_below_topics,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AddPartitionsToTxnRequest", version });
        }
        if version >= 4 {
            out.array(&self.transactions, true, |out, value| value.encode(out, version))?;
        } else {
            absent(
                "AddPartitionsToTxnRequest.transactions",
                version,
                self.transactions.is_empty(),
            )?;
        }
        if version <= 3 {
            out.string(&self.v3_and_below_transactional_id, version == 3)?;
        } else {
            absent(
                "AddPartitionsToTxnRequest.v3_and_below_transactional_id",
                version,
                self.v3_and_below_transactional_id.is_empty(),
            )?;
        }
        if version <= 3 {
            out.i64(self.v3_and_below_producer_id);
        } else {
            absent(
                "AddPartitionsToTxnRequest.v3_and_below_producer_id",
                version,
                self.v3_and_below_producer_id == 0,
            )?;
        }
        if version <= 3 {
            out.i16(self.v3_and_below_producer_epoch);
        } else {
            absent(
                "AddPartitionsToTxnRequest.v3_and_below_producer_epoch",
                version,
                self.v3_and_below_producer_epoch == 0,
            )?;
        }
        if version <= 3 {
            out.array(&self.v3_and_below_topics, version == 3, |out, value| {
                value.encode(out, version)
            })?;
        } else {
            absent(
                "AddPartitionsToTxnRequest.v3_and_below_topics",
                version,
                self.v3_and_below_topics.is_empty(),
            )?;
        }
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTransaction {
    pub transactional_id: Str,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub verify_only: bool,
    pub topics: Vec<AddPartitionsToTxnTopic>,
}

impl AddPartitionsToTxnTransaction {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let transactional_id = buf.string(true)?;
        let producer_id = buf.i64()?;
        let producer_epoch = buf.i16()?;
        let verify_only = buf.bool()?;
        let topics = buf.array(true, 3, |buf| AddPartitionsToTxnTopic::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { transactional_id, producer_id, producer_epoch, verify_only, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.transactional_id, true)?;
        out.i64(self.producer_id);
        out.i16(self.producer_epoch);
        out.bool(self.verify_only);
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTopic {
    pub name: Str,
    pub partitions: Vec<i32>,
}

impl AddPartitionsToTxnTopic {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 3)?;
        let partitions = buf.array(version >= 3, 4, |buf| buf.i32())?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 3)?;
        out.array(&self.partitions, version >= 3, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for AddPartitionsToTxnRequest {
    const NAME: &'static str = "AddPartitionsToTxnRequest";
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
pub struct AddPartitionsToTxnResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub results_by_transaction: Vec<AddPartitionsToTxnResult>,
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult>,
}

impl AddPartitionsToTxnResponse {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 5;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "AddPartitionsToTxnResponse", version });
        }
        let throttle_time_ms = buf.i32()?;
        let error_code = if version >= 4 { buf.i16()? } else { 0 };
        let results_by_transaction = if version >= 4 {
            buf.array(true, 3, |buf| AddPartitionsToTxnResult::decode(buf, version))?
        } else {
            Vec::new()
        };
        let results_by_topic_v3_and_below = if version <= 3 {
            buf.array(version == 3, 3, |buf| AddPartitionsToTxnTopicResult::decode(buf, version))?
        } else {
            Vec::new()
        };
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self {
            throttle_time_ms,
            error_code,
            results_by_transaction,
            results_by_topic_v3_and_below,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "AddPartitionsToTxnResponse", version });
        }
        out.i32(self.throttle_time_ms);
        if version >= 4 {
            out.i16(self.error_code);
        }
        if version >= 4 {
            out.array(&self.results_by_transaction, true, |out, value| value.encode(out, version))?;
        } else {
            absent(
                "AddPartitionsToTxnResponse.results_by_transaction",
                version,
                self.results_by_transaction.is_empty(),
            )?;
        }
        if version <= 3 {
            out.array(&self.results_by_topic_v3_and_below, version == 3, |out, value| {
                value.encode(out, version)
            })?;
        } else {
            absent(
                "AddPartitionsToTxnResponse.results_by_topic_v3_and_below",
                version,
                self.results_by_topic_v3_and_below.is_empty(),
            )?;
        }
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnResult {
    pub transactional_id: Str,
    pub topic_results: Vec<AddPartitionsToTxnTopicResult>,
}

impl AddPartitionsToTxnResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let transactional_id = buf.string(true)?;
        let topic_results =
            buf.array(true, 3, |buf| AddPartitionsToTxnTopicResult::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { transactional_id, topic_results })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.transactional_id, true)?;
        out.array(&self.topic_results, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnTopicResult {
    pub name: Str,
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
}

impl AddPartitionsToTxnTopicResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(version >= 3)?;
        let results_by_partition = buf.array(version >= 3, 6, |buf| {
            AddPartitionsToTxnPartitionResult::decode(buf, version)
        })?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { name, results_by_partition })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, version >= 3)?;
        out.array(&self.results_by_partition, version >= 3, |out, value| {
            value.encode(out, version)
        })?;
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AddPartitionsToTxnPartitionResult {
    pub partition_index: i32,
    pub partition_error_code: i16,
}

impl AddPartitionsToTxnPartitionResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let partition_error_code = buf.i16()?;
        if version >= 3 {
            buf.skip_tagged_fields()?;
        }
        Ok(Self { partition_index, partition_error_code })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.partition_error_code);
        if version >= 3 {
            out.no_tagged_fields();
        }
        Ok(())
    }
}
impl Message for AddPartitionsToTxnResponse {
    const NAME: &'static str = "AddPartitionsToTxnResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for AddPartitionsToTxnRequest {
    const KEY: ApiKey = ApiKey::AddPartitionsToTxn;
    type Response = AddPartitionsToTxnResponse;
}
