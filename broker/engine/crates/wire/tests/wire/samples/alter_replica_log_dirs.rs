// Written by generate.py from Kafka's message descriptions; do not edit.
use super::{Draw, Sample};
use headrace_wire::messages::alter_replica_log_dirs::*;

impl Sample for AlterReplicaLogDirsRequest {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self { dirs: draw.array(|draw| AlterReplicaLogDir::sample(draw, version)) }
    }
}
impl Sample for AlterReplicaLogDir {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            path: draw.string(),
            topics: draw.array(|draw| AlterReplicaLogDirTopic::sample(draw, version)),
        }
    }
}
impl Sample for AlterReplicaLogDirTopic {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { name: draw.string(), partitions: draw.array(|draw| draw.i32()) }
    }
}
impl Sample for AlterReplicaLogDirsResponse {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            throttle_time_ms: draw.i32(),
            results: draw.array(|draw| AlterReplicaLogDirTopicResult::sample(draw, version)),
        }
    }
}
impl Sample for AlterReplicaLogDirTopicResult {
    fn sample(draw: &mut Draw, version: i16) -> Self {
        Self {
            topic_name: draw.string(),
            partitions: draw.array(|draw| AlterReplicaLogDirPartitionResult::sample(draw, version)),
        }
    }
}
impl Sample for AlterReplicaLogDirPartitionResult {
    fn sample(draw: &mut Draw, _version: i16) -> Self {
        Self { partition_index: draw.i32(), error_code: draw.i16() }
    }
}
