// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Gen, Sample};
use headrace_wire::messages::create_partitions::*;

impl Sample for CreatePartitionsRequest {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            topics: gen.array(|gen| CreatePartitionsTopic::sample(gen, version)),
            timeout_ms: gen.i32(),
            validate_only: gen.bool(),
        }
    }
}
impl Sample for CreatePartitionsTopic {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            name: gen.string(),
            count: gen.i32(),
            assignments: gen
                .option(|gen| gen.array(|gen| CreatePartitionsAssignment::sample(gen, version))),
        }
    }
}
impl Sample for CreatePartitionsAssignment {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self { broker_ids: gen.array(|gen| gen.i32()) }
    }
}
impl Sample for CreatePartitionsResponse {
    fn sample(gen: &mut Gen, version: i16) -> Self {
        Self {
            throttle_time_ms: gen.i32(),
            results: gen.array(|gen| CreatePartitionsTopicResult::sample(gen, version)),
        }
    }
}
impl Sample for CreatePartitionsTopicResult {
    fn sample(gen: &mut Gen, _version: i16) -> Self {
        Self {
            name: gen.string(),
            error_code: gen.i16(),
            error_message: gen.option(|gen| gen.string()),
        }
    }
}
