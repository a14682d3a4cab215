// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::offset_fetch::*;
use headrace_wire::Str;
use uuid::Uuid;

impl Sample for OffsetFetchRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: if version <= 7 { draw.string() } else { Str::default() },
            topics: if version <= 7 {
                if version >= 2 {
                    draw.option(|draw| {
                        draw.array(|draw| OffsetFetchRequestTopic::sample(draw, version))
                    })
                } else {
                    Some(draw.array(|draw| OffsetFetchRequestTopic::sample(draw, version)))
                }
            } else {
                Some(Vec::new())
            },
            groups: if version >= 8 {
                draw.array(|draw| OffsetFetchRequestGroup::sample(draw, version))
            } else {
                Vec::new()
            },
            require_stable: if version >= 7 { draw.bool() } else { false },
        }
    }
}
impl Sample for OffsetFetchRequestTopic {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), partition_indexes: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for OffsetFetchRequestGroup {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            member_id: if version >= 9 { draw.option(|draw| draw.string()) } else { None },
            member_epoch: if version >= 9 { draw.i32() } else { -1 },
            topics: draw
                .option(|draw| draw.array(|draw| OffsetFetchRequestTopics::sample(draw, version))),
        }
    }
}
impl Sample for OffsetFetchRequestTopics {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: if version <= 9 { draw.string() } else { Str::default() },
            topic_id: if version == 10 { draw.uuid() } else { Uuid::nil() },
            partition_indexes: draw.array(|draw| draw.i32()),
        }
    }
}
impl Sample for OffsetFetchResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 3 { draw.i32() } else { 0 },
            topics: if version <= 7 {
                draw.array(|draw| OffsetFetchResponseTopic::sample(draw, version))
            } else {
                Vec::new()
            },
            error_code: if (2..=7).contains(&version) { draw.i16() } else { 0 },
            groups: if version >= 8 {
                draw.array(|draw| OffsetFetchResponseGroup::sample(draw, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for OffsetFetchResponseTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| OffsetFetchResponsePartition::sample(draw, version)),
        }
    }
}
impl Sample for OffsetFetchResponsePartition {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            committed_offset: draw.i64(),
            committed_leader_epoch: if version >= 5 { draw.i32() } else { -1 },
            metadata: draw.option(|draw| draw.string()),
            error_code: draw.i16(),
        }
    }
}
impl Sample for OffsetFetchResponseGroup {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            group_id: draw.string(),
            topics: draw.array(|draw| OffsetFetchResponseTopics::sample(draw, version)),
            error_code: draw.i16(),
        }
    }
}
impl Sample for OffsetFetchResponseTopics {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: if version <= 9 { draw.string() } else { Str::default() },
            topic_id: if version == 10 { draw.uuid() } else { Uuid::nil() },
            partitions: draw.array(|draw| OffsetFetchResponsePartitions::sample(draw, version)),
        }
    }
}
impl Sample for OffsetFetchResponsePartitions {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            committed_offset: draw.i64(),
            committed_leader_epoch: draw.i32(),
            metadata: draw.option(|draw| draw.string()),
            error_code: draw.i16(),
        }
    }
}
