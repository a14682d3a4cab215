// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::offset_fetch::*;
use headrace_wire::Str;
use uuid::Uuid;

impl Sample for OffsetFetchRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            group_id: if version <= 7 { gen.string() } else { Str::default() },
            topics: if version <= 7 {
                if version >= 2 {
                    gen.option(|gen| gen.array(|gen| OffsetFetchRequestTopic::sample(gen, version)))
                } else {
                    Some(gen.array(|gen| OffsetFetchRequestTopic::sample(gen, version)))
                }
            } else {
                Some(Vec::new())
            },
            groups: if version >= 8 {
                gen.array(|gen| OffsetFetchRequestGroup::sample(gen, version))
            } else {
                Vec::new()
            },
            require_stable: if version >= 7 { gen.bool() } else { false },
        }
    }
}
impl Sample for OffsetFetchRequestTopic {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { name: gen.string(), partition_indexes: gen.array(|gen| gen.i32()) }
    }
}
impl Sample for OffsetFetchRequestGroup {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            group_id: gen.string(),
            member_id: if version >= 9 { gen.option(|gen| gen.string()) } else { None },
            member_epoch: if version >= 9 { gen.i32() } else { -1 },
            topics: gen
                .option(|gen| gen.array(|gen| OffsetFetchRequestTopics::sample(gen, version))),
        }
    }
}
impl Sample for OffsetFetchRequestTopics {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: if version <= 9 { gen.string() } else { Str::default() },
            topic_id: if version == 10 { gen.uuid() } else { Uuid::nil() },
            partition_indexes: gen.array(|gen| gen.i32()),
        }
    }
}
impl Sample for OffsetFetchResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 3 { gen.i32() } else { 0 },
            topics: if version <= 7 {
                gen.array(|gen| OffsetFetchResponseTopic::sample(gen, version))
            } else {
                Vec::new()
            },
            error_code: if (2..=7).contains(&version) { gen.i16() } else { 0 },
            groups: if version >= 8 {
                gen.array(|gen| OffsetFetchResponseGroup::sample(gen, version))
            } else {
                Vec::new()
            },
        }
    }
}
impl Sample for OffsetFetchResponseTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: gen.string(),
            partitions: gen.array(|gen| OffsetFetchResponsePartition::sample(gen, version)),
        }
    }
}
impl Sample for OffsetFetchResponsePartition {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            partition_index: gen.i32(),
            committed_offset: gen.i64(),
            committed_leader_epoch: if version >= 5 { gen.i32() } else { -1 },
            metadata: gen.option(|gen| gen.string()),
            error_code: gen.i16(),
        }
    }
}
impl Sample for OffsetFetchResponseGroup {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            group_id: gen.string(),
            topics: gen.array(|gen| OffsetFetchResponseTopics::sample(gen, version)),
            error_code: gen.i16(),
        }
    }
}
impl Sample for OffsetFetchResponseTopics {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: if version <= 9 { gen.string() } else { Str::default() },
            topic_id: if version == 10 { gen.uuid() } else { Uuid::nil() },
            partitions: gen.array(|gen| OffsetFetchResponsePartitions::sample(gen, version)),
        }
    }
}
impl Sample for OffsetFetchResponsePartitions {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self {
            partition_index: gen.i32(),
            committed_offset: gen.i64(),
            committed_leader_epoch: gen.i32(),
            metadata: gen.option(|gen| gen.string()),
            error_code: gen.i16(),
        }
    }
}
