// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::metadata::*;
use uuid::Uuid;

impl Sample for MetadataRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topics: if version >= 1 {
                gen.option(|gen| gen.array(|gen| MetadataRequestTopic::sample(gen, version)))
            } else {
                Some(gen.array(|gen| MetadataRequestTopic::sample(gen, version)))
            },
            allow_auto_topic_creation: if version >= 4 { gen.bool() } else { true },
            include_cluster_authorized_operations: if (8..=10).contains(&version) {
                gen.bool()
            } else {
                false
            },
            include_topic_authorized_operations: if version >= 8 { gen.bool() } else { false },
        }
    }
}
impl Sample for MetadataRequestTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topic_id: if version >= 10 { gen.uuid() } else { Uuid::nil() },
            name: if version >= 10 { gen.option(|gen| gen.string()) } else { Some(gen.string()) },
        }
    }
}
impl Sample for MetadataResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: if version >= 3 { gen.i32() } else { 0 },
            brokers: gen.array(|gen| MetadataResponseBroker::sample(gen, version)),
            cluster_id: if version >= 2 { gen.option(|gen| gen.string()) } else { None },
            controller_id: if version >= 1 { gen.i32() } else { -1 },
            topics: gen.array(|gen| MetadataResponseTopic::sample(gen, version)),
            cluster_authorized_operations: if (8..=10).contains(&version) {
                gen.i32()
            } else {
                i32::MIN
            },
            error_code: if version == 13 { gen.i16() } else { 0 },
        }
    }
}
impl Sample for MetadataResponseBroker {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            node_id: gen.i32(),
            host: gen.string(),
            port: gen.i32(),
            rack: if version >= 1 { gen.option(|gen| gen.string()) } else { None },
        }
    }
}
impl Sample for MetadataResponseTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            error_code: gen.i16(),
            name: if version >= 12 { gen.option(|gen| gen.string()) } else { Some(gen.string()) },
            topic_id: if version >= 10 { gen.uuid() } else { Uuid::nil() },
            is_internal: if version >= 1 { gen.bool() } else { false },
            partitions: gen.array(|gen| MetadataResponsePartition::sample(gen, version)),
            topic_authorized_operations: if version >= 8 { gen.i32() } else { i32::MIN },
        }
    }
}
impl Sample for MetadataResponsePartition {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            error_code: gen.i16(),
            partition_index: gen.i32(),
            leader_id: gen.i32(),
            leader_epoch: if version >= 7 { gen.i32() } else { -1 },
            replica_nodes: gen.array(|gen| gen.i32()),
            isr_nodes: gen.array(|gen| gen.i32()),
            offline_replicas: if version >= 5 { gen.array(|gen| gen.i32()) } else { Vec::new() },
        }
    }
}
