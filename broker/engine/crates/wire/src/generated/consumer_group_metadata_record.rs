// Written by generate.py from Kafka's message descriptions; do not edit.
//! `consumer_group_metadata_record`: [`ConsumerGroupMetadataKey`] and [`ConsumerGroupMetadataValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::{TaggedFields, Writer};
use crate::{DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsumerGroupMetadataKey {
    pub group_id: Str,
}

impl ConsumerGroupMetadataKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ConsumerGroupMetadataKey", version });
        }
        let group_id = buf.string(false)?;
        Ok(Self { group_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ConsumerGroupMetadataKey", version });
        }
        out.string(&self.group_id, false)?;
        Ok(())
    }
}
impl Message for ConsumerGroupMetadataKey {
    const NAME: &'static str = "ConsumerGroupMetadataKey";
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
pub struct ConsumerGroupMetadataValue {
    pub epoch: i32,
    pub metadata_hash: i64,
}

impl ConsumerGroupMetadataValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "ConsumerGroupMetadataValue", version });
        }
        let epoch = buf.i32()?;
        let mut metadata_hash = 0;
        buf.tagged_fields(|tag, buf| {
            match tag {
                0 => {
                    metadata_hash = buf.i64()?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self { epoch, metadata_hash })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "ConsumerGroupMetadataValue", version });
        }
        out.i32(self.epoch);
        let mut tags = TaggedFields::default();
        if self.metadata_hash != 0 {
            tags.put(0, |out| {
                out.i64(self.metadata_hash);
                Ok(())
            })?;
        }
        out.tagged_fields(tags);
        Ok(())
    }
}
impl Message for ConsumerGroupMetadataValue {
    const NAME: &'static str = "ConsumerGroupMetadataValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
