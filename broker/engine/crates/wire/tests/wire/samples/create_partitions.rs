// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::create_partitions::*;

impl Sample for CreatePartitionsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topics: draw.array(|draw| CreatePartitionsTopic::sample(draw, version)),
            timeout_ms: draw.i32(),
            validate_only: draw.bool(),
        }
    }
}
impl Sample for CreatePartitionsTopic {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            count: draw.i32(),
            assignments: draw.option(|draw| {
                draw.array(|draw| CreatePartitionsAssignment::sample(draw, version))
            }),
        }
    }
}
impl Sample for CreatePartitionsAssignment {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { broker_ids: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for CreatePartitionsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            results: draw.array(|draw| CreatePartitionsTopicResult::sample(draw, version)),
        }
    }
}
impl Sample for CreatePartitionsTopicResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            name: draw.string(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
        }
    }
}
