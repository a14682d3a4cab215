// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::create_topics::*;
use uuid::Uuid;

impl Sample for CreateTopicsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topics: draw.array(|draw| CreatableTopic::sample(draw, version)),
            timeout_ms: draw.i32(),
            validate_only: draw.bool(),
        }
    }
}
impl Sample for CreatableTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            num_partitions: draw.i32(),
            replication_factor: draw.i16(),
            assignments: draw.array(|draw| CreatableReplicaAssignment::sample(draw, version)),
            configs: draw.array(|draw| CreatableTopicConfig::sample(draw, version)),
        }
    }
}
impl Sample for CreatableReplicaAssignment {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32(), broker_ids: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for CreatableTopicConfig {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), value: draw.option(|draw| draw.string()) }
    }
}
impl Sample for CreateTopicsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            topics: draw.array(|draw| CreatableTopicResult::sample(draw, version)),
        }
    }
}
impl Sample for CreatableTopicResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            topic_id: if version == 7 { draw.uuid() } else { Uuid::nil() },
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            topic_config_error_code: if version >= 5 { draw.i16() } else { 0 },
            num_partitions: if version >= 5 { draw.i32() } else { -1 },
            replication_factor: if version >= 5 { draw.i16() } else { -1 },
            configs: if version >= 5 {
                draw.option(|draw| draw.array(|draw| CreatableTopicConfigs::sample(draw, version)))
            } else {
                None
            },
        }
    }
}
impl Sample for CreatableTopicConfigs {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            name: draw.string(),
            value: draw.option(|draw| draw.string()),
            read_only: draw.bool(),
            config_source: draw.i8(),
            is_sensitive: draw.bool(),
        }
    }
}
