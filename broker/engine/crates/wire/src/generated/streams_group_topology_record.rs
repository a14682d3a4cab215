// Written by generate.py from Kafka's message descriptions; do not edit.
//! `streams_group_topology_record`: [`StreamsGroupTopologyKey`] and [`StreamsGroupTopologyValue`].
#![allow(missing_docs)]

use crate::message::Message;
use crate::writer::Writer;
use crate::{DecodeError, EncodeError, Reader, Str};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct StreamsGroupTopologyKey {
    pub group_id: Str,
}

impl StreamsGroupTopologyKey {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "StreamsGroupTopologyKey", version });
        }
        let group_id = buf.string(false)?;
        Ok(Self { group_id })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "StreamsGroupTopologyKey", version });
        }
        out.string(&self.group_id, false)?;
        Ok(())
    }
}
impl Message for StreamsGroupTopologyKey {
    const NAME: &'static str = "StreamsGroupTopologyKey";
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
pub struct StreamsGroupTopologyValue {
    pub epoch: i32,
    pub subtopologies: Vec<Subtopology>,
}

impl StreamsGroupTopologyValue {
    pub const MIN_VERSION: i16 = 0;
    pub const MAX_VERSION: i16 = 0;
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(DecodeError::Version { message: "StreamsGroupTopologyValue", version });
        }
        let epoch = buf.i32()?;
        let subtopologies = buf.array(true, 8, |buf| Subtopology::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { epoch, subtopologies })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if !(Self::MIN_VERSION..=Self::MAX_VERSION).contains(&version) {
            return Err(EncodeError::Version { message: "StreamsGroupTopologyValue", version });
        }
        out.i32(self.epoch);
        out.array(&self.subtopologies, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subtopology {
    pub subtopology_id: Str,
    pub source_topics: Vec<Str>,
    pub source_topic_regex: Vec<Str>,
    pub state_changelog_topics: Vec<TopicInfo>,
    pub repartition_sink_topics: Vec<Str>,
    pub repartition_source_topics: Vec<TopicInfo>,
    pub copartition_groups: Vec<CopartitionGroup>,
}

impl Subtopology {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let subtopology_id = buf.string(true)?;
        let source_topics = buf.array(true, 1, |buf| buf.string(true))?;
        let source_topic_regex = buf.array(true, 1, |buf| buf.string(true))?;
        let state_changelog_topics = buf.array(true, 9, |buf| TopicInfo::decode(buf, version))?;
        let repartition_sink_topics = buf.array(true, 1, |buf| buf.string(true))?;
        let repartition_source_topics =
            buf.array(true, 9, |buf| TopicInfo::decode(buf, version))?;
        let copartition_groups =
            buf.array(true, 4, |buf| CopartitionGroup::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self {
            subtopology_id,
            source_topics,
            source_topic_regex,
            state_changelog_topics,
            repartition_sink_topics,
            repartition_source_topics,
            copartition_groups,
        })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.subtopology_id, true)?;
        out.array(&self.source_topics, true, |out, value| out.string(value, true))?;
        out.array(&self.source_topic_regex, true, |out, value| out.string(value, true))?;
        out.array(&self.state_changelog_topics, true, |out, value| value.encode(out, version))?;
        out.array(&self.repartition_sink_topics, true, |out, value| out.string(value, true))?;
        out.array(&self.repartition_source_topics, true, |out, value| value.encode(out, version))?;
        out.array(&self.copartition_groups, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicInfo {
    pub name: Str,
    pub partitions: i32,
    pub replication_factor: i16,
    pub topic_configs: Vec<TopicConfig>,
}

impl TopicInfo {
    pub fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = buf.string(true)?;
        let partitions = buf.i32()?;
        let replication_factor = buf.i16()?;
        let topic_configs = buf.array(true, 3, |buf| TopicConfig::decode(buf, version))?;
        buf.skip_tagged_fields()?;
        Ok(Self { name, partitions, replication_factor, topic_configs })
    }

    pub fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        out.string(&self.name, true)?;
        out.i32(self.partitions);
        out.i16(self.replication_factor);
        out.array(&self.topic_configs, true, |out, value| value.encode(out, version))?;
        out.no_tagged_fields();
        Ok(())
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicConfig {
    pub key: Str,
    pub value: Str,
}

impl TopicConfig {
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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CopartitionGroup {
    pub source_topics: Vec<i16>,
    pub source_topic_regex: Vec<i16>,
    pub repartition_source_topics: Vec<i16>,
}

impl CopartitionGroup {
    pub fn decode(buf: &mut Reader, _version: i16) -> Result<Self, DecodeError> {
        let source_topics = buf.array(true, 2, |buf| buf.i16())?;
        let source_topic_regex = buf.array(true, 2, |buf| buf.i16())?;
        let repartition_source_topics = buf.array(true, 2, |buf| buf.i16())?;
        buf.skip_tagged_fields()?;
        Ok(Self { source_topics, source_topic_regex, repartition_source_topics })
    }

    pub fn encode(&self, out: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        out.array(&self.source_topics, true, |out, value| {
            out.i16(*value);
            Ok(())
        })?;
        out.array(&self.source_topic_regex, true, |out, value| {
            out.i16(*value);
            Ok(())
        })?;
        out.array(&self.repartition_source_topics, true, |out, value| {
            out.i16(*value);
            Ok(())
        })?;
        out.no_tagged_fields();
        Ok(())
    }
}
impl Message for StreamsGroupTopologyValue {
    const NAME: &'static str = "StreamsGroupTopologyValue";
    const MIN_VERSION: i16 = Self::MIN_VERSION;
    const MAX_VERSION: i16 = Self::MAX_VERSION;
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        Self::decode(buf, version)
    }
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.encode(out, version)
    }
}
