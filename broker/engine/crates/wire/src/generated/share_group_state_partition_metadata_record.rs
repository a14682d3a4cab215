// Written by generate.py from Kafka's message descriptions; do not edit.
//! `share_group_state_partition_metadata_record`: [`ShareGroupStatePartitionMetadataKey`] and [`ShareGroupStatePartitionMetadataValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::Writer;
use crate::{DecodeError, EncodeError, Reader, Str};
use uuid::Uuid;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareGroupStatePartitionMetadataKey {
    pub group_id: Str,
}

impl ShareGroupStatePartitionMetadataKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ShareGroupStatePartitionMetadataKey",
                version,
            });
        }
        let group_id = buf.string(false)?;
        Ok(Self { group_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "ShareGroupStatePartitionMetadataKey",
                version,
            });
        }
        out.string(&self.group_id, false)?;
        Ok(())
    }
}
impl Message for ShareGroupStatePartitionMetadataKey {
    const NAME: &'static str = "ShareGroupStatePartitionMetadataKey";
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
pub struct ShareGroupStatePartitionMetadataValue {
    pub initializing_topics: Vec<TopicPartitionsInfo>,
    pub initialized_topics: Vec<TopicPartitionsInfo>,
    pub deleting_topics: Vec<TopicInfo>,
}

impl ShareGroupStatePartitionMetadataValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version {
                message: "ShareGroupStatePartitionMetadataValue",
                version,
            });
        }
        let initializing_topics =
            buf.array(true, 19, |buf| TopicPartitionsInfo::decode(buf, version))?;
        let initialized_topics =
            buf.array(true, 19, |buf| TopicPartitionsInfo::decode(buf, version))?;
        let deleting_topics = buf.array(true, 18, |buf| TopicInfo::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { initializing_topics, initialized_topics, deleting_topics })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version {
                message: "ShareGroupStatePartitionMetadataValue",
                version,
            });
        }
        out.array(&self.initializing_topics, true, |out, value| value.encode(out, version))?;
        out.array(&self.initialized_topics, true, |out, value| value.encode(out, version))?;
        out.array(&self.deleting_topics, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicPartitionsInfo {
    pub topic_id: Uuid,
    pub topic_name: Str,
    pub partitions: Vec<i32>,
}

impl TopicPartitionsInfo {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let topic_id = buf.uuid()?;
        let topic_name = buf.string(true)?;
        let partitions = buf.array(true, 4, |buf| buf.i32())?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_id, topic_name, partitions })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.uuid(self.topic_id);
        out.string(&self.topic_name, true)?;
        out.array(&self.partitions, true, |out, value| {
            out.i32(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicInfo {
    pub topic_id: Uuid,
    pub topic_name: Str,
}

impl TopicInfo {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let topic_id = buf.uuid()?;
        let topic_name = buf.string(true)?;
        buf.skip_tagged_fields()?;
        Ok(Self { topic_id, topic_name })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.uuid(self.topic_id);
        out.string(&self.topic_name, true)?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for ShareGroupStatePartitionMetadataValue {
    const NAME: &'static str = "ShareGroupStatePartitionMetadataValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
