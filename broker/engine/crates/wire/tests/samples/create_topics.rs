// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::create_topics::*;
use uuid::Uuid;

impl Sample for CreateTopicsRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topics: gen.array(|gen| CreatableTopic::sample(gen, version)),
            timeout_ms: gen.i32(),
            validate_only: gen.bool(),
        }
    }
}
impl Sample for CreatableTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: gen.string(),
            num_partitions: gen.i32(),
            replication_factor: gen.i16(),
            assignments: gen.array(|gen| CreatableReplicaAssignment::sample(gen, version)),
            configs: gen.array(|gen| CreatableTopicConfig::sample(gen, version)),
        }
    }
}
impl Sample for CreatableReplicaAssignment {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { partition_index: gen.i32(), broker_ids: gen.array(|gen| gen.i32()) }
    }
}
impl Sample for CreatableTopicConfig {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { name: gen.string(), value: gen.option(|gen| gen.string()) }
    }
}
impl Sample for CreateTopicsResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: gen.i32(),
            topics: gen.array(|gen| CreatableTopicResult::sample(gen, version)),
        }
    }
}
impl Sample for CreatableTopicResult {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: gen.string(),
            topic_id: if version == 7 { gen.uuid() } else { Uuid::nil() },
            error_code: gen.i16(),
            error_message: gen.option(|gen| gen.string()),
            topic_config_error_code: if version >= 5 { gen.i16() } else { 0 },
            num_partitions: if version >= 5 { gen.i32() } else { -1 },
            replication_factor: if version >= 5 { gen.i16() } else { i16::MAX },
            configs: if version >= 5 {
                gen.option(|gen| gen.array(|gen| CreatableTopicConfigs::sample(gen, version)))
            } else {
                None
            },
        }
    }
}
impl Sample for CreatableTopicConfigs {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self {
            name: gen.string(),
            value: gen.option(|gen| gen.string()),
            read_only: gen.bool(),
            config_source: gen.i8(),
            is_sensitive: gen.bool(),
        }
    }
}
