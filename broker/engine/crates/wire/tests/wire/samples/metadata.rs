// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::metadata::*;
use uuid::Uuid;

impl Sample for MetadataRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topics: if version >= 1 {
                draw.option(|draw| draw.array(|draw| MetadataRequestTopic::sample(draw, version)))
            } else {
                Some(draw.array(|draw| MetadataRequestTopic::sample(draw, version)))
            },
            allow_auto_topic_creation: if version >= 4 { draw.bool() } else { true },
            include_cluster_authorized_operations: if (8..=10).contains(&version) {
                draw.bool()
            } else {
                false
            },
            include_topic_authorized_operations: if version >= 8 { draw.bool() } else { false },
        }
    }
}
impl Sample for MetadataRequestTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_id: if version >= 10 { draw.uuid() } else { Uuid::nil() },
            name: if version >= 10 {
                draw.option(|draw| draw.string())
            } else {
                Some(draw.string())
            },
        }
    }
}
impl Sample for MetadataResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 3 { draw.i32() } else { 0 },
            brokers: draw.array(|draw| MetadataResponseBroker::sample(draw, version)),
            cluster_id: if version >= 2 { draw.option(|draw| draw.string()) } else { None },
            controller_id: if version >= 1 { draw.i32() } else { -1 },
            topics: draw.array(|draw| MetadataResponseTopic::sample(draw, version)),
            cluster_authorized_operations: if (8..=10).contains(&version) {
                draw.i32()
            } else {
                i32::MIN
            },
            error_code: if version == 13 { draw.i16() } else { 0 },
        }
    }
}
impl Sample for MetadataResponseBroker {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            node_id: draw.i32(),
            host: draw.string(),
            port: draw.i32(),
            rack: if version >= 1 { draw.option(|draw| draw.string()) } else { None },
        }
    }
}
impl Sample for MetadataResponseTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            name: if version >= 12 {
                draw.option(|draw| draw.string())
            } else {
                Some(draw.string())
            },
            topic_id: if version >= 10 { draw.uuid() } else { Uuid::nil() },
            is_internal: if version >= 1 { draw.bool() } else { false },
            partitions: draw.array(|draw| MetadataResponsePartition::sample(draw, version)),
            topic_authorized_operations: if version >= 8 { draw.i32() } else { i32::MIN },
        }
    }
}
impl Sample for MetadataResponsePartition {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            error_code: draw.i16(),
            partition_index: draw.i32(),
            leader_id: draw.i32(),
            leader_epoch: if version >= 7 { draw.i32() } else { -1 },
            replica_nodes: draw.array(|draw| draw.i32()),
            isr_nodes: draw.array(|draw| draw.i32()),
            offline_replicas: if version >= 5 { draw.array(|draw| draw.i32()) } else { Vec::new() },
        }
    }
}
