// Written by generate.py from Kafka's message descriptions; do not edit.
//! `streams_group_target_assignment_metadata_record`: [`StreamsGroupTargetAssignmentMetadataKey`] and [`StreamsGroupTargetAssignmentMetadataValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::{TaggedFields, Writer};
use crate::{DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupTargetAssignmentMetadataKey {
    pub group_id: Str,
}

impl StreamsGroupTargetAssignmentMetadataKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "StreamsGroupTargetAssignmentMetadataKey",
                version,
            });
        }
        let group_id = buf.string(false)?;
        Ok(Self { group_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "StreamsGroupTargetAssignmentMetadataKey",
                version,
            });
        }
        out.string(&self.group_id, false)?;
        Ok(())
    }
}
impl Message for StreamsGroupTargetAssignmentMetadataKey {
    const NAME: &'static str = "StreamsGroupTargetAssignmentMetadataKey";
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
pub struct StreamsGroupTargetAssignmentMetadataValue {
    pub assignment_epoch: i32,
    pub assignment_timestamp: i64,
}

impl StreamsGroupTargetAssignmentMetadataValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "StreamsGroupTargetAssignmentMetadataValue",
                version,
            });
        }
        let assignment_epoch = buf.i32()?;
        let mut assignment_timestamp = 0;
        buf.tagged_fields(|tag, buf| {
            match tag {
                0 => {
                    assignment_timestamp = buf.i64()?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self { assignment_epoch, assignment_timestamp })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "StreamsGroupTargetAssignmentMetadataValue",
                version,
            });
        }
        out.i32(self.assignment_epoch);
        let mut tags = TaggedFields::default();
        if self.assignment_timestamp != 0 {
            tags.put(0, |out| {
                out.i64(self.assignment_timestamp);
                Ok(())
            })?;
        }
        out.tagged_fields(tags);
        Ok(())
    }
}
impl Message for StreamsGroupTargetAssignmentMetadataValue {
    const NAME: &'static str = "StreamsGroupTargetAssignmentMetadataValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
