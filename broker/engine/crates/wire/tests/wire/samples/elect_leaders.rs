// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::elect_leaders::*;

impl Sample for ElectLeadersRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            election_type: if version >= 1 { draw.i8() } else { 0 },
            topic_partitions: draw
                .option(|draw| draw.array(|draw| TopicPartitions::sample(draw, version))),
            timeout_ms: draw.i32(),
        }
    }
}
impl Sample for TopicPartitions {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { topic: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for ElectLeadersResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: if version >= 1 { draw.i16() } else { 0 },
            replica_election_results: draw
                .array(|draw| ReplicaElectionResult::sample(draw, version)),
        }
    }
}
impl Sample for ReplicaElectionResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic: draw.string(),
            partition_result: draw.array(|draw| PartitionResult::sample(draw, version)),
        }
    }
}
impl Sample for PartitionResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            partition_id: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
