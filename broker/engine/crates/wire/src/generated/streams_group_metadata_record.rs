// Written by generate.py from Kafka's message descriptions; do not edit.
//! `streams_group_metadata_record`: [`StreamsGroupMetadataKey`] and [`StreamsGroupMetadataValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::{TaggedFields, Writer};
use crate::{DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupMetadataKey {
    pub group_id: Str,
}

impl StreamsGroupMetadataKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "StreamsGroupMetadataKey", version });
        }
        let group_id = buf.string(false)?;
        Ok(Self { group_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "StreamsGroupMetadataKey", version });
        }
        out.string(&self.group_id, false)?;
        Ok(())
    }
}
impl Message for StreamsGroupMetadataKey {
    const NAME: &'static str = "StreamsGroupMetadataKey";
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
pub struct StreamsGroupMetadataValue {
    pub epoch: i32,
    pub metadata_hash: i64,
    pub validated_topology_epoch: i32,
    pub last_assignment_configs: Option<Vec<LastAssignmentConfig>>,
}

impl Default for StreamsGroupMetadataValue {
    fn default() -> Self {
        Self {
            epoch: 0,
            metadata_hash: 0,
            validated_topology_epoch: -1,
            last_assignment_configs: None,
        }
    }
}

impl StreamsGroupMetadataValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "StreamsGroupMetadataValue", version });
        }
        let epoch = buf.i32()?;
        let metadata_hash = buf.i64()?;
        let mut validated_topology_epoch = -1;
        let mut last_assignment_configs = None;
        buf.tagged_fields(|tag, buf| {
            match tag {
                0 => {
                    validated_topology_epoch = buf.i32()?;
                }
                1 => {
                    last_assignment_configs = buf.nullable_array(true, 3, |buf| {
                        LastAssignmentConfig::decode(buf, version)
                    })?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self { epoch, metadata_hash, validated_topology_epoch, last_assignment_configs })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "StreamsGroupMetadataValue", version });
        }
        out.i32(self.epoch);
        out.i64(self.metadata_hash);
        let mut tags = TaggedFields::default();
        if self.validated_topology_epoch != -1 {
            tags.put(0, |out| {
                out.i32(self.validated_topology_epoch);
                Ok(())
            })?;
        }
        if self.last_assignment_configs.is_some() {
            tags.put(1, |out| {
                out.nullable_array(self.last_assignment_configs.as_deref(), true, |out, value| {
                    value.encode(out, version)
                })?;
                Ok(())
            })?;
        }
        out.tagged_fields(tags);
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LastAssignmentConfig {
    pub key: Str,
    pub value: Str,
}

impl LastAssignmentConfig {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let key = buf.string(true)?;
        let value = buf.string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { key, value })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.string(&self.key, true)?;
        out.string(&self.value, true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for StreamsGroupMetadataValue {
    const NAME: &'static str = "StreamsGroupMetadataValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
