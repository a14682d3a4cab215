// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::list_partition_reassignments::*;

impl Sample for ListPartitionReassignmentsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            timeout_ms: draw.i32(),
            topics: draw.option(|draw| {
                draw.array(|draw| ListPartitionReassignmentsTopics::sample(draw, version))
            }),
        }
    }
}
impl Sample for ListPartitionReassignmentsTopics {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), partition_indexes: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for ListPartitionReassignmentsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            error_code: draw.i16(),
            error_message: draw.option(|draw| draw.string()),
            topics: draw.array(|draw| OngoingTopicReassignment::sample(draw, version)),
        }
    }
}
impl Sample for OngoingTopicReassignment {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            name: draw.string(),
            partitions: draw.array(|draw| OngoingPartitionReassignment::sample(draw, version)),
        }
    }
}
impl Sample for OngoingPartitionReassignment {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self {
            partition_index: draw.i32(),
            replicas: draw.array(|draw| draw.i32()),
            adding_replicas: draw.array(|draw| draw.i32()),
            removing_replicas: draw.array(|draw| draw.i32()),
        }
    }
}
