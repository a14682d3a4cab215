// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::streams_group_topology_record::*;

impl Sample for StreamsGroupTopologyKey {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { group_id: draw.string() }
    }
}
impl Sample for StreamsGroupTopologyValue {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            epoch: draw.i32(),
            subtopologies: draw.array(|draw| Subtopology::sample(draw, version)),
        }
    }
}
impl Sample for Subtopology {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            subtopology_id: draw.string(),
            source_topics: draw.array(|draw| draw.string()),
            source_topic_regex: draw.array(|draw| draw.string()),
            state_changelog_topics: draw.array(|draw| TopicInfo::sample(draw, version)),
            repartition_sink_topics: draw.array(|draw| draw.string()),
            repartition_source_topics: draw.array(|draw| TopicInfo::sample(draw, version)),
            copartition_groups: draw.array(|draw| CopartitionGroup::sample(draw, version)),
        }
    }
}
impl Sample for TopicInfo {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.i32(),
            replication_factor: draw.i16(),
            topic_configs: draw.array(|draw| TopicConfig::sample(draw, version)),
        }
    }
}
impl Sample for TopicConfig {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { key: draw.string(), value: draw.string() }
    }
}
impl Sample for CopartitionGroup {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            source_topics: draw.array(|draw| draw.i16()),
            source_topic_regex: draw.array(|draw| draw.i16()),
            repartition_source_topics: draw.array(|draw| draw.i16()),
        }
    }
}
