// Written by generate.py from Kafka's message descriptions; do not edit.
//! `write_txn_markers`: [`WriteTxnMarkersRequest`] and [`WriteTxnMarkersResponse`].
#![allow(missing_docs)]

use crate::message::{Message, Request};
use crate::writer::Writer;
use crate::{ApiKey, DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteTxnMarkersRequest {
    pub markers: Vec<WritableTxnMarker>,
}

impl WriteTxnMarkersRequest {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "WriteTxnMarkersRequest", version });
        }
        let markers = buf.array(true, 17, |buf| WritableTxnMarker::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { markers })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "WriteTxnMarkersRequest", version });
        }
        out.array(&self.markers, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarker {
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub transaction_result: bool,
    pub topics: Vec<WritableTxnMarkerTopic>,
    pub coordinator_epoch: i32,
    pub transaction_version: i8,
}

impl WritableTxnMarker {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let producer_id = buf.i64()?;
        let producer_epoch = buf.i16()?;
        let transaction_result = buf.bool()?;
        let topics = buf.array(true, 3, |buf| WritableTxnMarkerTopic::decode(buf, version))?;
        let coordinator_epoch = buf.i32()?;
        let transaction_version = if version == 2 { buf.i8()? } else { 0 };
        buf.skip_tagged_fields()?;
        Ok(Self {
            producer_id,
            producer_epoch,
            transaction_result,
            topics,
            coordinator_epoch,
            transaction_version,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i64(self.producer_id);
        out.i16(self.producer_epoch);
        out.bool(self.transaction_result);
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.i32(self.coordinator_epoch);
        if version == 2 {
            out.i8(self.transaction_version);
        }
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerTopic {
    pub name: Str,
    pub partition_indexes: Vec<i32>,
}

impl WritableTxnMarkerTopic {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let partition_indexes = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, partition_indexes })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.array(&self.partition_indexes, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for WriteTxnMarkersRequest {
    const NAME: &'static str = "WriteTxnMarkersRequest";
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
pub struct WriteTxnMarkersResponse {
    pub markers: Vec<WritableTxnMarkerResult>,
}

impl WriteTxnMarkersResponse {
    pub const MIN_VERSION: i16 = 1;
    pub const MAX_VERSION: i16 = 2;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "WriteTxnMarkersResponse", version });
        }
        let markers = buf.array(true, 10, |buf| WritableTxnMarkerResult::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { markers })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "WriteTxnMarkersResponse", version });
        }
        out.array(&self.markers, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerResult {
    pub producer_id: i64,
    pub topics: Vec<WritableTxnMarkerTopicResult>,
}

impl WritableTxnMarkerResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let producer_id = buf.i64()?;
        let topics =
            buf.array(true, 3, |buf| WritableTxnMarkerTopicResult::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { producer_id, topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.i64(self.producer_id);
        out.array(&self.topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerTopicResult {
    pub name: Str,
    pub partitions: Vec<WritableTxnMarkerPartitionResult>,
}

impl WritableTxnMarkerTopicResult {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let partitions =
            buf.array(true, 7, |buf| WritableTxnMarkerPartitionResult::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.array(&self.partitions, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WritableTxnMarkerPartitionResult {
    pub partition_index: i32,
    pub error_code: i16,
}

impl WritableTxnMarkerPartitionResult {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let partition_index = buf.i32()?;
        let error_code = buf.i16()?;
        buf.skip_tagged_fields()?;
        Ok(Self { partition_index, error_code })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.i32(self.partition_index);
        out.i16(self.error_code);
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for WriteTxnMarkersResponse {
    const NAME: &'static str = "WriteTxnMarkersResponse";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
impl Request for WriteTxnMarkersRequest {
    const KEY: ApiKey = ApiKey::WriteTxnMarkers;
    type Response = WriteTxnMarkersResponse;
}
